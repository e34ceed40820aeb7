import type { Person } from './people.ts';
import { commonRights, covers, type Named, type Rights, seesNothing } from './rights.ts';

/** What people may see and why, in words that every surface shares; plain text, names as they are. */

/** As many names as are read out; of more only the count is said. */
const mostNames = 3;

/** `Delivery`, `Delivery and Returns`, `Delivery, Returns and 4 more`. */
export function listed(names: readonly string[], most = mostNames): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** What a message says of the rights it is cut to: `team Delivery only`; empty for everything. */
export function scopeLabel(rights: Rights): string {
  if (rights.all) return '';
  const { teams, operators } = rights;
  if (teams.length > 0) return `${teamsPhrase(teams)} only`;
  if (operators.length > mostNames) return `records of ${operators.length} operators only`;
  return `records of ${listed(operators.map(({ name }) => name))} only`;
}

function teamsPhrase(teams: readonly Named[]): string {
  const names = [...new Set(teams.map(({ name }) => name))];
  if (names.length > mostNames) return `${names.length} teams`;
  return `${names.length === 1 ? 'team' : 'teams'} ${listed(names)}`;
}

/** What somebody sees, and why: `You see team Delivery, because you are a supervisor in the CRM (Sari Wijaya).` */
export function accessPhrase(person: Person): string {
  return `You see ${seenPhrase(person)}, because ${reasonPhrase(person)}.`;
}

function seenPhrase({ role, rights, own }: Person): string {
  if (rights.all) return 'everything';
  if (role === 'agent') return own.length > 0 ? 'your own records' : 'nothing';
  if (rights.teams.length > 0) return `${teamsPhrase(rights.teams)}${own.length > 0 ? ' and your own records' : ''}`;
  const others = rights.operators.length - own.length;
  if (others > 0) return `your own records and those of ${others === 1 ? 'one operator' : `${others} operators`}`;
  return own.length > 0 ? 'your own records' : 'nothing';
}

const articles = { agent: 'an agent', supervisor: 'a supervisor', admin: 'an admin', owner: 'an owner' } as const;

function reasonPhrase({ role, configured, own }: Person): string {
  if (role === 'executive') return 'crema.yaml names you as an executive';
  if (configured) return `crema.yaml names you as ${articles[role]}`;
  const records = own.map(({ name, id, source }) => (own.length > 1 ? `${name || id} in ${source}` : name || id));
  return `you are ${articles[role]} in the CRM (${listed(records)}), by your e-mail address`;
}

/** What the people of a channel may see together, and whose fault it is when that is less than the sharer's. */
export type CommonView =
  | { kind: 'everything' }
  /** `label` as in `scopeLabel`; `because`: names of those who may see no more, none when the sharer may not either. */
  | { kind: 'part'; label: string; because: string[] }
  | { kind: 'nothing'; because: string[] };

/** Of people who may all see something. The sharer is one of those who will read it. */
export function commonView(sharer: Person, others: readonly Person[]): CommonView {
  const everybody = [sharer, ...others.filter(({ viewer }) => viewer !== sharer.viewer)];
  const common = commonRights(everybody.map(({ rights }) => rights));
  if (common.all) return { kind: 'everything' };
  const limited = everybody.filter(({ rights, viewer }) => viewer !== sharer.viewer && !covers(rights, sharer.rights));
  const narrowest = limited.filter(({ rights }) => covers(common, rights));
  const because = (narrowest.length > 0 ? narrowest : limited).map(nameOf);
  return seesNothing(common) ? { kind: 'nothing', because } : { kind: 'part', label: scopeLabel(common), because };
}

export function nameOf({ name, own, viewer }: Person): string {
  return name ?? own[0]?.name ?? viewer.replace(/^slack:/, '');
}
