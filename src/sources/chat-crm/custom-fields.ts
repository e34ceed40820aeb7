import { SourceError } from '../source-error.ts';
import type { CheckStream, VisitStream } from '../stream.ts';
import { customFields } from './map.ts';
import { readAnswer, type Workspace } from './read.ts';
import { fieldDefinitions, fieldValues } from './schema.ts';

const dayMinutes = 24 * 60;

/** The custom fields there are, compared with those of the configuration. */
export function fieldDefinitionStream(workspace: Workspace, mapping: Readonly<Record<string, string>>): CheckStream {
  return {
    id: 'field-definitions',
    what: 'the list of custom fields',
    shape: 'check',
    everyMinutes: dayMinutes,
    atLeastMinutes: 7 * dayMinutes,
    runEveryMinutes: dayMinutes,
    share: 'first',
    async check(pace) {
      const { body } = await readAnswer(
        workspace,
        pace,
        { stream: 'field-definitions', page: 'page 1' },
        { path: '/crm/setting/custom-field' },
        fieldDefinitions,
      );
      const names = body.data.map(({ name }) => name);
      const notes = Object.entries(mapping)
        .filter(([, name]) => !names.includes(name))
        .map(
          ([field, name]) =>
            `custom_fields.${field}: the CRM has no custom field "${name}"; it has ${names.join(', ') || 'none'}`,
        );
      return {
        notes,
        facts: { fields: body.data.map(({ custom_field_id, name }) => ({ id: custom_field_id, name })) },
      };
    },
  };
}

/** The custom fields of each contact: one call for every contact, so it is spread over the day. */
export function fieldValueStream(workspace: Workspace, mapping: Readonly<Record<string, string>>): VisitStream {
  return {
    id: 'custom-fields',
    what: 'the custom fields of every contact',
    shape: 'visit',
    of: 'contact',
    everyMinutes: dayMinutes,
    atLeastMinutes: 7 * dayMinutes,
    runEveryMinutes: 60,
    share: 1,
    async visit(pace, { id }) {
      try {
        const { body, sentAt } = await readAnswer(
          workspace,
          pace,
          { stream: 'custom-fields', page: `contact ${id}` },
          { path: `/crm/chat/setting/${encodeURIComponent(id)}/custom-field` },
          fieldValues,
        );
        const values = customFields(id, body, mapping);
        return {
          sentAt,
          entity: 'contact',
          partial: true,
          records: [values],
          cursor: {},
          done: true,
          problems: [],
        };
      } catch (error) {
        if (!(error instanceof SourceError && error.failure === 'missing')) throw error;
        return {
          sentAt: pace.clock.now(),
          entity: 'contact',
          partial: true,
          records: [],
          cursor: {},
          done: true,
          gone: true,
          problems: [],
        };
      }
    },
  };
}
