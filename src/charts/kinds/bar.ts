import type { ChartConfiguration } from 'chart.js';
import { shadesOf } from '../palette.ts';
import { assemble } from '../parts/assemble.ts';
import { bareValueScale, labelScale, nameScale, valueScale } from '../parts/axes.ts';
import { type BarValuesOptions, barDataset, barTextRoom, barValuesPlugin, hatchPlugin } from '../parts/bar-values.ts';
import { endLabelRoom, endLabelsPlugin } from '../parts/end-labels.ts';
import { frame } from '../parts/frame.ts';
import { targetAcross, targetLabels, targetUpright } from '../parts/target.ts';
import type { ChartSpec } from '../spec.ts';
import { textSize } from '../theme.ts';
import { type ValueAxis, valueAxis } from '../value-axis.ts';
import { formatLabel } from '../value-format.ts';

/** Upright over time; lying beside names, so that these can be read without turning the head. Always from zero. */
export function barChart(spec: ChartSpec, family: string): ChartConfiguration {
  const shown = spec.series.flatMap((series) => series.values).filter((value) => value !== null);
  const targets = spec.target ? [spec.target.value] : [];
  const axis = valueAxis([...shown, ...targets], spec.format, { zero: true, whole: true });
  return spec.axis === 'category' ? lying(spec, family, axis) : upright(spec, family, axis);
}

function upright(spec: ChartSpec, family: string, axis: ValueAxis): ChartConfiguration {
  const beside = targetLabels(spec);
  const base = frame(spec, family, {
    legend: spec.series.length > 1,
    gap: 24,
    ...(beside.length > 0 && { right: (chart) => endLabelRoom(chart, beside, family) }),
  });
  const { datasets, shades } = datasetsOf(spec);
  const values = { texts: textsOf(spec), horizontal: false, optional: true, size: textSize.small };
  return assemble(spec, family, {
    type: 'bar',
    datasets,
    options: {
      ...base,
      scales: {
        x: labelScale(spec, family, { offset: true, width: spec.target ? 0.75 : 1 }),
        y: valueScale(spec, family, axis),
      },
      plugins: { ...base.plugins, annotation: { annotations: targetAcross(spec) } },
    },
    plugins: [hatchPlugin(spec, shades), barValuesPlugin(spec, family, values), endLabelsPlugin(beside, family)],
  });
}

function lying(spec: ChartSpec, family: string, axis: ValueAxis): ChartConfiguration {
  const { datasets, shades } = datasetsOf(spec);
  const rows = spec.labels.length * spec.series.length;
  const size = rows > 9 ? Math.max(8, Math.min(textSize.label, Math.floor(165 / rows))) : textSize.label;
  const values: BarValuesOptions = { texts: textsOf(spec), horizontal: true, size };
  const base = frame(spec, family, {
    legend: spec.series.length > 1,
    gap: spec.target ? 26 : 12,
    right: (chart) => barTextRoom(chart, spec, family, values),
  });
  // Every value is printed, so the axis ends where the longest bar does.
  const highest = Math.max(0, spec.target?.value ?? 0, ...spec.series.flatMap((s) => s.values.map((v) => v ?? 0)));
  const max = axis.max === 1 && spec.format === 'percent' ? 1 : highest || axis.max;
  return assemble(spec, family, {
    type: 'bar',
    datasets,
    options: {
      ...base,
      indexAxis: 'y',
      scales: { x: bareValueScale(axis.min, max), y: nameScale(spec, family, size) },
      plugins: {
        ...base.plugins,
        annotation: { clip: false, annotations: targetUpright(spec, family) },
      },
    },
    plugins: [hatchPlugin(spec, shades), barValuesPlugin(spec, family, values)],
  });
}

function datasetsOf(spec: ChartSpec) {
  const byKey = shadesOf(spec.series.map((series) => series.key));
  const shades = spec.series.map((series) => byKey.get(series.key)!);
  const datasets = spec.series.map((series, at) => barDataset(spec, series, shades[at]!));
  return { datasets, shades };
}

function textsOf(spec: ChartSpec): BarValuesOptions['texts'] {
  return (series, index) => ({
    value: formatLabel(spec.series[series]?.values[index] ?? 0, spec.format, spec.locale),
  });
}
