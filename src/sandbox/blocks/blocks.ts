import { dataVisualization } from './charts.ts';
import { anyText, block, mrkdwn, plainText } from './composition.ts';
import { contextActions, inputs, interactive } from './elements.ts';
import { imageBlock, imageElement } from './image.ts';
import { richText } from './rich-text.ts';
import { anyOf, boolean, byType, type Check, list, oneOf, problem, type Surface, string } from './schema.ts';
import { dataTable, table } from './tables.ts';

const accessory = byType({ ...interactive, image: imageElement });

const actions = block('actions', { required: { elements: list(byType(interactive), { min: 1, max: 25 }) } });

const context = block('context', {
  required: {
    elements: list(anyOf({ image: imageElement, plain_text: plainText(3000), mrkdwn: mrkdwn(3000) }), {
      min: 1,
      max: 10,
    }),
  },
});

const divider = block('divider', {});
const header = block('header', { required: { text: plainText(150) } });

const section = block('section', {
  optional: {
    text: anyText(3000),
    fields: list(anyText(2000), { min: 1, max: 10 }),
    accessory,
    expand: boolean,
  },
  rule: (value, at) =>
    value.text === undefined && value.fields === undefined
      ? [problem('must define either `text` or `fields`', at)]
      : [],
});

const input = block('input', {
  required: { label: plainText(2000), element: byType(inputs) },
  optional: { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
});

const child = byType({
  actions,
  context,
  divider,
  header,
  image: imageBlock,
  input,
  rich_text: richText,
  section,
  table,
});

const container = block('container', {
  required: { child_blocks: list(child, { min: 1, max: 10 }) },
  optional: {
    title: plainText(150),
    rich_text_title: richText,
    subtitle: anyText(150),
    width: oneOf('narrow', 'standard', 'wide', 'full'),
    icon: imageElement,
    is_collapsible: boolean,
    default_collapsed: boolean,
    has_header_divider: boolean,
  },
  rule: (value, at) =>
    value.title === undefined && value.rich_text_title === undefined
      ? [problem('must define either `title` or `rich_text_title`', at)]
      : [],
});

interface Room {
  check: Check;
  surfaces: readonly Surface[];
}

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const notModals: readonly Surface[] = ['message', 'home'];

/** The blocks the sandbox knows and where each may stand. Anything else is refused, as Slack refuses what it does not know. */
const rooms: Readonly<Record<string, Room>> = {
  actions: { check: actions, surfaces: everywhere },
  alert: {
    check: block('alert', {
      required: { text: anyText(200) },
      optional: { level: oneOf('default', 'info', 'warning', 'error', 'success') },
    }),
    surfaces: ['modal'],
  },
  container: { check: container, surfaces: notModals },
  context: { check: context, surfaces: everywhere },
  context_actions: {
    check: block('context_actions', { required: { elements: list(byType(contextActions), { min: 1, max: 5 }) } }),
    surfaces: ['message'],
  },
  data_table: { check: dataTable, surfaces: notModals },
  data_visualization: { check: dataVisualization, surfaces: notModals },
  divider: { check: divider, surfaces: everywhere },
  header: { check: header, surfaces: everywhere },
  image: { check: imageBlock, surfaces: everywhere },
  input: { check: input, surfaces: everywhere },
  markdown: {
    check: block('markdown', { required: { text: string({ min: 1, max: 12_000 }) } }),
    surfaces: ['message'],
  },
  rich_text: { check: richText, surfaces: everywhere },
  section: { check: section, surfaces: everywhere },
  table: { check: table, surfaces: notModals },
};

const known = byType(Object.fromEntries(Object.entries(rooms).map(([type, room]) => [type, room.check])));

export const anyBlock: Check = (value, at, scope) => {
  const type = (value as { type?: unknown } | null)?.type;
  const room = typeof type === 'string' && Object.hasOwn(rooms, type) ? rooms[type] : undefined;
  if (room !== undefined && !room.surfaces.includes(scope.surface)) {
    return [problem(`unsupported type: ${type}`, `${at}/type`)];
  }
  return known(value, at, scope);
};
