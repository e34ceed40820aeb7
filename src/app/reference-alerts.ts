import { alertRooms, roomOf } from '../alerts/kinds/index.ts';
import { type AlertKind, settingsOfKind } from '../config/alerts.ts';
import { formatDuration } from '../domain/format.ts';

type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

/** Settings in seconds and shares, which are shown as they are written. */
const durations = ['before', 'keep', 'age', 'oldest', 'within'];
const shares = ['least'];

/** The page of the kinds of alert rules, from their rooms and the schema of their settings. */
export function alertsPage(generated: string, table: Table): string {
  const index = table(
    ['Kind', 'Called', 'Watches'],
    alertRooms.map(({ kind, title, what }) => [`[${kind}](#${kind})`, title, what]),
  );
  return `${generated}# Kinds of alert rules\n\n${index}\n${alertRooms.map(({ kind }) => section(kind, table)).join('\n')}`;
}

function section(kind: AlertKind, table: Table): string {
  const { title, what, labels, defaults, everySeconds, gapSeconds, repeat } = roomOf(kind);
  const settings = settingsOfKind(kind).map(({ name, fallback }) => [`\`${name}\``, shown(name, fallback)]);
  const facts = [
    ['Called', title],
    ['Labels', labels.join(', ')],
    [
      'Looked at',
      `every ${duration(everySeconds)}; after a change ${gapSeconds === 0 ? 'at once' : `at most every ${duration(gapSeconds)}`}`,
    ],
    ['`for`', duration(defaults.forSeconds)],
    ['`resolve_after`', duration(defaults.resolveAfterSeconds)],
    ['`group_by`', defaults.groupBy.join(', ') || 'nothing: one incident'],
    ['`group_wait`', duration(defaults.waitSeconds)],
    ['`group_interval`', duration(defaults.intervalSeconds)],
    [
      '`repeat`',
      `${defaults.repeatSeconds === null ? 'never' : duration(defaults.repeatSeconds)}${repeat ? `; ${repeat.note}` : ''}`,
    ],
  ];
  return [
    `## ${kind}\n`,
    `${what}\n`,
    table(['', ''], facts),
    table(['Setting', 'Where it is left out'], settings),
    '',
  ].join('\n');
}

function duration(seconds: number): string {
  return seconds === 0 ? '0' : formatDuration(seconds).replaceAll('\u00a0', ' ');
}

function shown(name: string, fallback: unknown): string {
  if (fallback === undefined || (typeof fallback === 'object' && Object.keys(fallback ?? {}).length === 0)) return '';
  if (typeof fallback === 'number' && durations.includes(name)) return duration(fallback);
  if (typeof fallback === 'number' && fallback < 1 && [...shares, 'above'].includes(name)) return `${100 * fallback} %`;
  return Array.isArray(fallback) ? fallback.join(', ') : String(fallback);
}
