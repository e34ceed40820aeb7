import type { ContactLife } from '../company/contacts.ts';
import type { Json } from '../json.ts';

/** The workspace's custom fields, under the key names of the list of definitions. */
export const fieldDefinitions: Json[] = [
  { custom_field_id: 'f-1', name: 'segment', type: 'string', required: false },
  { custom_field_id: 'f-2', name: 'interest', type: 'string', required: false },
  { custom_field_id: 'f-3', name: 'source', type: 'string', required: true },
  { custom_field_id: 'f-4', name: 'account', type: 'string', required: false },
];

/** What a contact has in them, by the field's name; what it does not have is absent. */
export function customFields(contact: ContactLife): Record<string, string> {
  const { segment, interest, source, accountId } = contact;
  return {
    ...(segment === undefined ? {} : { segment }),
    ...(interest === undefined ? {} : { interest }),
    source,
    account: accountId,
  };
}

/** The values of one contact, under the other key names. An empty field is null for one half and left out for the other. */
export function fieldValues(contact: ContactLife): Json[] {
  const values = customFields(contact);
  return fieldDefinitions.flatMap(({ custom_field_id, name, type }) => {
    const value = values[String(name)] ?? null;
    if (value === null && contact.index % 2 === 1) return [];
    return [{ field_id: custom_field_id, field_name: name, field_type: type, value }];
  });
}
