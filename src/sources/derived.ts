import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { EntityId } from '../domain/entity.ts';

/** A field that follows from another one, where its source does not say it. */
export interface DerivedField {
  field: string;
  from: string;
  /** From the raw text of `from`; null where nothing follows. */
  derive(raw: string): string | null;
}

export const derivedFields: Partial<Record<EntityId, readonly DerivedField[]>> = {
  contact: [{ field: 'country', from: 'phone', derive: countryOfPhone }],
};

/**
 * ISO 3166 country (two letters) of a number in international form, with a leading +; null for any other text: a
 * national number says nothing about the country.
 */
export function countryOfPhone(phone: string): string | null {
  return parsePhoneNumberFromString(phone)?.country ?? null;
}
