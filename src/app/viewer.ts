import { findPersonNamed, type Person } from '../answers/people.ts';
import { seesAll } from '../answers/rights.ts';
import { everything } from '../db/viewer.ts';
import { usageError } from '../lib/errors.ts';
import type { Session } from './open.ts';

/** Whom `--as` names, or whoever sees everything. Throws a usage error for nobody. */
export async function viewerOf(
  { db, tenant }: Pick<Session, 'db' | 'tenant'>,
  as: unknown,
): Promise<Pick<Person, 'viewer' | 'rights'>> {
  if (as === undefined) return { viewer: everything, rights: seesAll };
  const user = String(as);
  const person = await findPersonNamed(db, tenant.tenantId, user);
  if (!person)
    throw usageError(
      'PERSON_UNKNOWN',
      `nobody who may ask is called "${user}" in tenant ${tenant.slug}`,
      'Add them under people: in crema.yaml, or let them ask in Slack once if an operator of the CRM has their e-mail address.',
    );
  return person;
}
