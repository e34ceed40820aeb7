import { isObject, type Json } from '../json.ts';
import { block } from './composition.ts';
import { byType, type Check, list, number, object, problem, string, typed } from './schema.ts';

/** Slack's native charts. Six series or segments, as the reference says; the guidance speaks of twelve. */
const label = string({ min: 1, max: 20 });
const point = object({ required: { label, value: number } });
const segment = object({
  required: { label, value: number },
  rule: (value, at) => ((value.value as number) > 0 ? [] : [problem('must be more than 0', `${at}/value`)]),
});
const series = object({ required: { name: label, data: list(point, { min: 1, max: 20 }) } });
const axis = object({
  required: { categories: list(label, { min: 1, max: 20 }) },
  optional: { x_label: string({ max: 50 }), y_label: string({ max: 50 }) },
});

function labelsOf(entry: Json): string {
  return (entry.data as Json[]).map((each) => String(each.label)).join('\n');
}

function plotted(type: string): Check {
  return typed(type, {
    required: { series: list(series, { min: 1, max: 6 }), axis_config: axis },
    rule: (value, at) => {
      const all = (value.series as unknown[]).filter(isObject);
      const categories = ((value.axis_config as Json).categories as string[]).join('\n');
      const names = new Set(all.map((each) => each.name));
      return [
        ...(names.size === all.length ? [] : [problem('series names must be unique', `${at}/series`)]),
        ...all.flatMap((each, index) =>
          labelsOf(each) === categories
            ? []
            : [problem('data labels must match the axis categories', `${at}/series/${index}/data`)],
        ),
      ];
    },
  });
}

export const dataVisualization: Check = block('data_visualization', {
  required: {
    title: string({ min: 1, max: 50 }),
    chart: byType({
      pie: typed('pie', { required: { segments: list(segment, { min: 1, max: 6 }) } }),
      bar: plotted('bar'),
      area: plotted('area'),
      line: plotted('line'),
    }),
  },
});
