import { readFile } from 'node:fs/promises';
import type { Node } from 'yaml';
import { entities } from '../../domain/entities.ts';
import { type Entity, entityIds } from '../../domain/entity.ts';
import { messageOf, usageError } from '../../lib/errors.ts';
import { derivedFields } from '../derived.ts';
import { readWhere } from './conditions.ts';
import { readFieldMapping } from './field-mapping.ts';
import { readFormat } from './format.ts';
import { readHistory } from './history-mapping.ts';
import type { EntityMapping, FieldMapping, FileFormat, FileMapping } from './mapping.ts';
import { readStream, streamKeys } from './stream-mapping.ts';
import { type CheckedYaml, didYouMean, entriesOf, itemsOf, openYaml, textAt } from './yaml.ts';

const entityKeys = ['entity', ...streamKeys, 'where', 'rows', 'order', 'history', 'fields'];
const topKeys = ['entities', 'source', 'format', ...entityKeys];

/** Reads and checks a mapping file; all its problems are reported at once (exit code 2). */
export async function loadMapping(file: string): Promise<FileMapping> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw usageError('MAP_MISSING', `cannot read the mapping ${file}: ${messageOf(error)}`, 'Check --map.');
  }
  return parseMapping(text, file);
}

export function parseMapping(text: string, file: string): FileMapping {
  const yaml = openYaml(file, text);
  const mapping = yaml.problems.length === 0 ? readMapping(yaml) : undefined;
  if (mapping && yaml.problems.length === 0) return mapping;
  throw usageError(
    'MAP_INVALID',
    yaml.problems.join('\n'),
    `Mend ${file}; docs/importing.md shows every key and field.`,
  );
}

function readMapping(yaml: CheckedYaml): FileMapping | undefined {
  const top = entriesOf(yaml, yaml.root, 'mapping', topKeys);
  if (!top) return undefined;
  const format = readFormat(yaml, top.get('format'));
  const list = top.get('entities');
  const blocks: EntityMapping[] = [];
  const addBlock = (node: Node | null, path: string) => {
    const block = readEntityMapping(yaml, node, path, format);
    if (!block) return;
    if (!block.stream && blocks.some((other) => other.entity === block.entity)) {
      yaml.problem(node, path, `maps ${block.entity.id} a second time`);
    }
    for (const field of twiceTold(blocks, block)) {
      yaml.problem(
        node,
        path,
        `maps ${field} of ${block.entity.id} both whole and in parts: which of them is to count?`,
      );
    }
    if (blocks.some((other) => (other.stream === undefined) !== (block.stream === undefined))) {
      yaml.problem(node, path, 'a mapping is for files or for a Singer tap: give every block a stream:, or none');
    }
    blocks.push(block);
  };
  if (list) {
    for (const key of entityKeys) {
      const entry = top.get(key);
      if (entry) yaml.problem(entry.key, key, 'belongs into the blocks of entities: when there is such a list');
    }
    for (const [index, node] of itemsOf(yaml, list.value, 'entities').entries()) addBlock(node, `entities.${index}.`);
    if (blocks.length === 0 && yaml.problems.length === 0) yaml.problem(list.key, 'entities', 'is empty');
  } else {
    addBlock(yaml.root, '');
  }
  const sourceEntry = top.get('source');
  const source = sourceEntry ? textAt(yaml, sourceEntry, 'source') : 'import';
  if (source !== undefined && !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(source)) {
    yaml.problem(sourceEntry?.value, 'source', 'has to be lower-case letters, digits, - and _ (at most 63)');
  }
  return { file: yaml.file, source: source ?? 'import', format, entities: blocks };
}

function readEntityMapping(
  yaml: CheckedYaml,
  node: Node | null,
  path: string,
  format: FileFormat,
): EntityMapping | undefined {
  const entries = entriesOf(
    yaml,
    node,
    path === '' ? 'mapping' : path.slice(0, -1),
    path === '' ? undefined : entityKeys,
  );
  if (!entries) return undefined;
  const entityEntry = entries.get('entity');
  const name = entityEntry ? textAt(yaml, entityEntry, `${path}entity`) : undefined;
  if (!entityEntry) yaml.problem(node, `${path}entity`, `is missing: one of ${entityIds.join(', ')}`);
  const id = entityIds.find((known) => known === name);
  if (name !== undefined && !id) {
    const hint = `${didYouMean(name, entityIds)}; known: ${entityIds.join(', ')}`;
    yaml.problem(entityEntry?.value, `${path}entity`, `there is no entity "${name}"${hint}`);
  }

  const stream = readStream(yaml, entries, path, id && entities[id]);
  const rowsEntry = entries.get('rows');
  const rows = stream ? 'last' : rowsEntry ? textAt(yaml, rowsEntry, `${path}rows`) : 'unique';
  if (rowsEntry && !stream && rows !== undefined && rows !== 'last' && rows !== 'first') {
    yaml.problem(
      rowsEntry.value,
      `${path}rows`,
      `"${rows}" has to be last or first (leave it out to refuse duplicates)`,
    );
  }
  const orderEntry = entries.get('order');
  const order = orderEntry ? textAt(yaml, orderEntry, `${path}order`) : undefined;

  const fieldsEntry = entries.get('fields');
  if (!fieldsEntry) yaml.problem(node, `${path}fields`, 'is missing: which field comes from which column');
  const entity = id ? entities[id] : undefined;
  const fieldEntries = fieldsEntry ? entriesOf(yaml, fieldsEntry.value, `${path}fields`) : undefined;
  if (!entity || !fieldEntries) return undefined;
  const fields: FieldMapping[] = [];
  for (const entry of fieldEntries.values()) {
    const mapped = readFieldMapping(yaml, entry, entity, `${path}fields`, {
      keepsLastRow: rows === 'last',
      readMoment: format.readMoment,
    });
    if (mapped && fields.some(({ name }) => name === mapped.name)) {
      yaml.problem(entry.key, `${path}fields.${entry.name}`, `maps ${mapped.name} a second time`);
    }
    if (mapped) fields.push(mapped);
  }
  for (const [required, field] of Object.entries(entity.fields)) {
    if (field.required && !fieldEntries.has(required) && !fields.some((mapped) => mapped.name === required)) {
      yaml.problem(fieldsEntry?.key, `${path}fields`, `${entity.id} needs ${required}`);
    }
  }
  fields.push(...derivedMappings(entity, fields));
  const whereEntry = entries.get('where');
  const historyEntry = entries.get('history');
  const history = historyEntry
    ? readHistory(yaml, historyEntry, `${path}history`, { entity, fields, rows, order })
    : undefined;
  return {
    entity,
    history,
    rows: rows === 'last' || rows === 'first' ? rows : 'unique',
    order: order === undefined ? undefined : { column: order, place: yaml.place(orderEntry?.value, `${path}order`) },
    fields,
    ...(whereEntry ? { where: readWhere(yaml, whereEntry, `${path}where`) } : {}),
    ...(stream ? { stream } : {}),
  };
}

/**
 * Fields that a block tells and another one of the entity too, one of them only in parts: where the whole has none the part
 * would or would not count, depending on which comes first. What every record needs is the same in both.
 */
function twiceTold(blocks: readonly EntityMapping[], block: EntityMapping): string[] {
  const others = blocks.filter(
    ({ entity, stream }) => entity === block.entity && stream?.partial !== block.stream?.partial,
  );
  const told = new Set(others.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return block.fields.flatMap(({ name, field }) => (told.has(name) && !field.required && name !== 'id' ? [name] : []));
}

/** What follows from the mapped fields and is not mapped itself. */
function derivedMappings(entity: Entity, fields: readonly FieldMapping[]): FieldMapping[] {
  return (derivedFields[entity.id] ?? []).flatMap(({ field: name, from, derive }) => {
    const origin = fields.find((field) => field.name === from);
    const field = entity.fields[name];
    if (!origin || !field || fields.some((mapped) => mapped.name === name)) return [];
    return [{ ...origin, name, field, values: undefined, derive }];
  });
}
