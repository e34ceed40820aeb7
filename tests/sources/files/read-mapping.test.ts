import { describe, expect, test } from 'vitest';
import { CremaError } from '../../../src/lib/errors.ts';
import { checkColumns, columnsOf } from '../../../src/sources/files/columns.ts';
import { parseMapping } from '../../../src/sources/files/read-mapping.ts';

function problemsOf(text: string): string[] {
  try {
    parseMapping(text, 'map.yaml');
  } catch (error) {
    if (error instanceof CremaError && error.usage) return error.message.split('\n');
    throw error;
  }
  return [];
}

const ticket = (rest: string) => `entity: ticket\nfields:\n  id: number\n  created_at: opened\n${rest}`;

describe('a mapping', () => {
  test('has defaults for everything but entity and fields', () => {
    const mapping = parseMapping(ticket(''), 'map.yaml');
    expect(mapping).toMatchObject({
      source: 'import',
      format: { delimiter: ',' },
      entities: [{ rows: 'unique', order: undefined }],
    });
    expect([...mapping.format.nulls]).toEqual(['']);
    expect(mapping.format.readMoment('2026-01-01')).toMatchObject({ text: '2026-01-01T00:00:00Z' });
    expect(columnsOf(mapping)).toEqual(['number', 'opened']);
  });

  test('reads values and nulls as they are written, whatever YAML makes of them', () => {
    const mapping = parseMapping(
      ticket(`  sla_met: {column: made, values: {true: true, 0: false, 1.0: yes, n/a: null}}
format: {nulls: [NULL, ~, "?", 0, ""]}`),
      'map.yaml',
    );
    expect([...mapping.entities[0]!.fields[2]!.values!]).toEqual([
      ['true', 'true'],
      ['0', 'false'],
      ['1.0', 'yes'],
      ['n/a', null],
    ]);
    expect([...mapping.format.nulls]).toEqual(['NULL', '~', '?', '0', '']);
  });

  test('feeds several entities', () => {
    const mapping = parseMapping(
      `source: crm
entities:
  - {entity: ticket, fields: {id: n, created_at: c, team_id: t}}
  - {entity: team, rows: last, order: c, fields: {id: t, name: tn}}`,
      'map.yaml',
    );
    expect(mapping.entities.map((entity) => [entity.entity.id, entity.rows])).toEqual([
      ['ticket', 'unique'],
      ['team', 'last'],
    ]);
    expect(columnsOf(mapping)).toEqual(['n', 'c', 't', 'tn']);
  });

  test('refuses a history of what has none, is not mapped, or cannot be ordered, by place', () => {
    const log = (rest: string) =>
      problemsOf(`entity: ticket\nfields: {id: n, created_at: c, status: s, priority: p, channel: h}\n${rest}`);
    expect(log('rows: last\norder: t\nhistory: [status, priority]')).toEqual([]);
    expect(log('rows: last\norder: t\nhistory: [status, channel, prioritty, team_id]')).toEqual([
      'map.yaml:5 history: "channel" has no history; known: status, priority, operator_id, team_id',
      'map.yaml:5 history: "prioritty" has no history; did you mean priority?; known: status, priority, operator_id, team_id',
      'map.yaml:5 history: "team_id" is not mapped in fields:',
    ]);
    expect(log('history: [status]')).toEqual([
      'map.yaml:3 history: needs rows: last, a file with a row for every state',
      'map.yaml:3 history: needs order:, a column with the time of each row',
    ]);
    expect(log('rows: last\norder: t\nhistory: []')).toEqual([
      'map.yaml:5 history: is empty; known: status, priority, operator_id, team_id',
    ]);
    expect(problemsOf('entity: team\nrows: last\norder: t\nhistory: [name]\nfields: {id: a, name: b}')).toEqual([
      "map.yaml:4 history: does not go with team: only a ticket's changes are events",
    ]);
  });

  test('names every problem at once, with file, line, path and the closest valid name', () => {
    expect(
      problemsOf(`entity: ticket
formt: {}
format: {delimiter: ";;", timezone: Asia/Jakata, dates: ["DD/MM/YYYY"], nul: []}
rows: latest
fields:
  id: number
  created_at: {colum: opened}
  priorty: p
  priority: {column: p, values: {P1: critcal, P2: high}}
  resolved_at: {column: r, keep: last-known}
  reopened_count: {column: n, values: {many: lots}}`),
    ).toEqual([
      'map.yaml:2 mapping: has no key "formt"; did you mean format?; known: entities, source, format, entity, stream, each, deleted, partial, where, rows, order, history, fields',
      'map.yaml:3 format: has no key "nul"; did you mean nulls?; known: delimiter, nulls, timezone, dates',
      'map.yaml:3 format.timezone: "Asia/Jakata" is not an IANA time zone such as Asia/Jakarta',
      'map.yaml:3 format.delimiter: has to be one character, such as ";" or "\\t"',
      'map.yaml:3 format.dates: the pattern "DD/MM/YYYY" "DD" is not a letter Crema reads: use y M d H h m s S a X x Z, and quote other words with \'',
      'map.yaml:4 rows: "latest" has to be last or first (leave it out to refuse duplicates)',
      'map.yaml:7 fields.created_at: has no key "colum"; did you mean column?; known: column, columns, value, plus, values, keep',
      'map.yaml:7 fields.created_at: needs column:',
      expect.stringMatching(
        /^map\.yaml:8 fields\.priorty: ticket has no field "priorty"; did you mean priority\?; known: id, /,
      ),
      'map.yaml:9 fields.priority.values: "critcal" is not a value of this field; did you mean critical?; one of critical, high, medium, low',
      'map.yaml:10 fields.resolved_at.keep: needs rows: last, so that there is an order to keep the last of',
      'map.yaml:11 fields.reopened_count.values: "lots" is not a whole number',
    ]);
  });

  test.each([
    ['', 'mapping: has to be a map'],
    ['- a', 'mapping: has to be a map'],
    ['entity: tickt\nfields: {id: a}', 'there is no entity "tickt"; did you mean ticket?'],
    [
      'entity: cost\nfields: {period_from: a, period_to: b, amount: c, amount_minor: d}',
      'maps amount_minor a second time',
    ],
    ['entity: team\nfields: {id: {column: a, value: b}, name: c}', 'needs only one of column:, columns: and value:'],
    ['entity: team\nfields: {id: a, name: {columns: []}}', 'has to be a list of columns'],
    [
      'entity: survey\nfields: {id: a, kind: {value: ces}, score: b, answered_at: c}',
      '"ces" is not a value of this field; did you mean nps?; one of csat, nps',
    ],
    ['entity: lead\nfields: {id: a, created_at: b, amount: {value: many}}', '"many" is not an amount of money'],
    ['entity: team\nwhere: {role: []}\nfields: {id: a, name: b}', 'where.role: needs a text or a list of texts'],
    ['entity: team\nwhere: {role: {none: [x]}}\nfields: {id: a, name: b}', 'where.role: has no key "none"'],
    ['entity: team\nfields: {id: a, name: {column: b, plus: {minutes: c}}}', 'goes only with a time in column:'],
    [
      'entity: account\nfields: {id: a, name: b, created_at: {column: c, plus: {}}}',
      'needs one of seconds, minutes, hours',
    ],
    ['entity: team\neach: items\nfields: {id: a, name: b}', 'each: needs stream:'],
    ['entity: team\nstream: groups\nrows: first\nfields: {id: a, name: b}', 'rows: does not go with stream'],
    ['entity: team\nstream: groups\npartial: true\nfields: {id: a, name: b}', 'team cannot be told in parts'],
    ['entity: message\nstream: m\npartial: true\nfields: {id: a, direction: b, sent_at: c}', 'cannot be told in parts'],
    [
      `entities:
  - {entity: ticket, stream: t, fields: {id: a, created_at: b, resolved_at: c}}
  - {entity: ticket, stream: m, partial: true, fields: {id: a, created_at: b, resolved_at: c}}`,
      'maps resolved_at of ticket both whole and in parts',
    ],
    ['entity: team\nstream: groups\ndeleted: {values: [x]}\nfields: {id: a, name: b}', 'deleted: needs column:'],
    [
      'entities:\n  - {entity: team, stream: g, fields: {id: a, name: b}}\n  - {entity: account, fields: {id: a, name: b}}',
      'give every block a stream:, or none',
    ],
    ['fields: {id: a}', 'entity: is missing: one of account, team, operator, contact, conversation'],
    ['entity: ticket', 'fields: is missing'],
    ['entity: ticket\nfields: {id: a}', 'ticket needs created_at'],
    ['entity: ticket\nsource: My CRM\nfields: {id: a, created_at: b}', 'source: has to be lower-case'],
    [
      'entity: ticket\nrows: last\nfields: {id: {column: a, keep: last-known}, created_at: b}',
      'does not go with a required field',
    ],
    [
      'entity: ticket\nrows: last\nfields: {id: a, created_at: b, team_id: {column: c, keep: first}}',
      'has to be last-known',
    ],
    ['entity: ticket\nfields: {id: a, created_at: }', 'needs a column'],
    ['entities: []', 'entities: is empty'],
    ['rows: last\nentities: [{entity: team, fields: {id: a, name: b}}]', 'rows: belongs into the blocks'],
    [
      'entities: [{entity: team, fields: {id: a, name: b}}, {entity: team, fields: {id: a, name: b}}]',
      'maps team a second time',
    ],
    ['entity: ticket\nfields: {id: a, id: b, created_at: c}', 'Map keys must be unique'],
    ['entity: [', 'map.yaml:1'],
  ])('%j is refused', (text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
  });

  test('is refused for a file without its columns, naming them and what there is', () => {
    const mapping = parseMapping(`${ticket('  team_id: Group')}\norder: updated`, 'map.yaml');
    const check = () => checkColumns(mapping, ['Number', 'opened', 'opened', 'group', 'updated'], 'x.csv');
    expect(check).toThrow(
      [
        'map.yaml:3 fields.id: x.csv has no column "number"; did you mean Number?',
        'map.yaml:4 fields.created_at: x.csv has 2 columns named "opened"',
        'map.yaml:5 fields.team_id: x.csv has no column "Group"; did you mean group?',
      ].join('\n'),
    );
  });
});
