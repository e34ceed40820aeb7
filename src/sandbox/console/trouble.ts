import type { Fault, Faults } from '../faults.ts';
import type { MailFault } from '../mail/faults.ts';
import type { PagingFault } from '../paging/faults.ts';
import type { Planned } from '../planned-faults.ts';
import { bot, type Channel, isMember, type Person } from '../workspace.ts';
import { type Html, html } from './html.ts';

interface Preset<F> {
  id: string;
  title: string;
  /** What the bot meets. */
  means: string;
  fault: F;
}

/** Whatever the bot says next, by the Web API or a response URL. */
const anything = ['*', 'response_url'];

/** What whoever tries the bot can make go wrong, likeliest first. */
const presets: readonly Preset<Fault>[] = [
  {
    id: 'rate-limited',
    title: 'Too many requests',
    means: 'HTTP 429, try again in 5 s',
    fault: { method: anything, kind: 'rate-limited', retryAfterSeconds: 5 },
  },
  {
    id: 'http',
    title: 'Slack is down',
    means: 'HTTP 500, nothing done',
    fault: { method: anything, kind: 'http', status: 500 },
  },
  { id: 'hang', title: 'No answer', means: 'calls are never answered', fault: { method: anything, kind: 'hang' } },
  {
    id: 'lost-answer',
    title: 'Answer lost',
    means: 'done, then the line drops',
    fault: { method: anything, kind: 'lost-answer' },
  },
  {
    id: 'slow-file',
    title: 'Slow picture',
    means: 'uploads take 10 s',
    fault: { method: 'files.completeUploadExternal', kind: 'slow-file', readyMs: 10_000 },
  },
  {
    id: 'invalid-slack-file',
    title: 'Picture refused',
    means: 'invalid_blocks with one',
    fault: { method: anything, kind: 'invalid-slack-file' },
  },
  {
    id: 'token_revoked',
    title: 'Token revoked',
    means: 'all calls: token_revoked',
    fault: { method: '*', kind: 'error', error: 'token_revoked' },
  },
  {
    id: 'account_inactive',
    title: 'App removed',
    means: 'all calls: account_inactive',
    fault: { method: '*', kind: 'error', error: 'account_inactive' },
  },
  {
    id: 'user_not_found',
    title: 'Nobody by that id',
    means: 'users.info: user_not_found',
    fault: { method: 'users.info', kind: 'error', error: 'user_not_found' },
  },
  {
    id: 'missing_scope',
    title: 'People not allowed',
    means: 'users.info: missing_scope',
    fault: { method: 'users.info', kind: 'error', error: 'missing_scope' },
  },
  {
    id: 'no-email',
    title: 'No e-mail',
    means: 'users.info comes without it',
    fault: { method: 'users.info', kind: 'no-email' },
  },
];

/** The same for the server that takes mail. */
const mailPresets: readonly Preset<MailFault>[] = [
  {
    id: 'mail-later',
    title: 'Mail server busy',
    means: '451, try again later',
    fault: { kind: 'answer', at: 'recipient', code: 451, text: '4.3.2 busy, try again later' },
  },
  {
    id: 'mail-nobody',
    title: 'No such mailbox',
    means: '550 for the recipient',
    fault: { kind: 'answer', at: 'recipient', code: 550, text: '5.1.1 no such mailbox' },
  },
  { id: 'mail-drop', title: 'Mail line drops', means: 'while the mail is sent', fault: { kind: 'drop' } },
  {
    id: 'mail-lost-answer',
    title: 'Mail answer lost',
    means: 'taken, then the line drops',
    fault: { kind: 'lost-answer' },
  },
];

/** The same for PagerDuty and whoever takes webhooks. */
const pagePresets: readonly Preset<PagingFault>[] = [
  {
    id: 'page-busy',
    title: 'Too many pages',
    means: 'HTTP 429, try again in 30 s',
    fault: { kind: 'too-many', retryAfterSeconds: 30 },
  },
  { id: 'page-down', title: 'Pager is down', means: 'HTTP 503, nothing taken', fault: { kind: 'status', status: 503 } },
  {
    id: 'page-refused',
    title: 'Page refused',
    means: 'HTTP 400, as for a wrong key',
    fault: { kind: 'status', status: 400, text: 'Invalid routing key' },
  },
  { id: 'page-hang', title: 'Pager does not answer', means: 'nothing taken', fault: { kind: 'hang' } },
  {
    id: 'page-lost-answer',
    title: 'Page answer lost',
    means: 'taken, then the line drops',
    fault: { kind: 'lost-answer' },
  },
];

/** Where faults of one kind are planned. */
interface Desk<F> {
  failNext(fault: F): void;
  pendingFaults(): readonly Planned<F>[];
  clearFaults(): void;
}

/** Everything that can be made to fail. */
export interface Failing {
  faults: Faults;
  mailFaults: Desk<MailFault>;
  pageFaults: Desk<PagingFault>;
}

/** Plans what has that name, once or until it is taken back; nothing for a name there is not. */
export function planTrouble({ faults, mailFaults, pageFaults }: Failing, id: string, lasting: boolean): void {
  const times = lasting ? Number.POSITIVE_INFINITY : 1;
  const plan = <F extends object>(from: readonly Preset<F>[], failNext: (fault: F) => void) => {
    const preset = from.find((each) => each.id === id);
    if (preset) failNext({ ...preset.fault, times });
  };
  plan(presets, faults.failNext);
  plan(mailPresets, mailFaults.failNext);
  plan(pagePresets, pageFaults.failNext);
}

export function restoreAll({ faults, mailFaults, pageFaults }: Failing): void {
  faults.clear();
  mailFaults.clearFaults();
  pageFaults.clearFaults();
}

/** What is planned to go wrong, by its name, and how often still. */
export type Troubles = readonly { title: string; left: number }[];

export function troublesOf({ faults, mailFaults, pageFaults }: Failing): Troubles {
  return [
    ...faults.pending().map(({ fault, left }) => ({ title: titleOf(fault), left })),
    ...mailFaults.pendingFaults().map(({ fault, left }) => ({ title: titleIn(mailPresets, fault, 'mail'), left })),
    ...pageFaults.pendingFaults().map(({ fault, left }) => ({ title: titleIn(pagePresets, fault, 'page'), left })),
  ];
}

/** A fault of a preset has all that the preset has, and how often. */
function titleIn<F extends { kind: string }>(from: readonly Preset<F>[], fault: F, of: string): string {
  const given = new Map(Object.entries(fault));
  const same = from.find((preset) => Object.entries(preset.fault).every(([name, value]) => given.get(name) === value));
  return same?.title ?? `${of}: ${fault.kind}`;
}

function titleOf(fault: Fault): string {
  const id = fault.kind === 'error' ? fault.error : fault.kind;
  const methods = [fault.method].flat().join(', ');
  return presets.find((preset) => preset.id === id)?.title ?? `${id} (${methods})`;
}

function planned(troubles: Troubles): Html {
  if (troubles.length === 0) return html`<p class="state">Everything works</p>`;
  const often = (left: number): string =>
    Number.isFinite(left) ? (left === 1 ? 'next time' : `next ${left} times`) : 'until restored';
  return html`<div class="state on"><ul>${troubles.map(({ title, left }) => html`<li><strong>${title}</strong>, ${often(left)}</li>`)}</ul>
    <button type="button" class="button" data-restore>Restore</button></div>`;
}

function row({ id, title, means }: Omit<Preset<unknown>, 'fault'>): Html {
  return html`<li><span><strong>${title}</strong><small>${means}</small></span>
    <span class="pair"><button type="button" class="button" data-fault="${id}" aria-label="${title}, once">Once</button>
    <button type="button" class="button" data-fault="${id}" data-lasting aria-label="${title}, until restored">Always</button></span></li>`;
}

interface Change {
  act: string;
  label: string;
}

/** What can be changed about this channel and this person, and back. */
function changes(channel: Channel, person: Person): Change[] {
  const place = `#${channel.name}`;
  const email =
    person.email === ''
      ? { act: 'show-email', label: 'Show my e-mail' }
      : { act: 'hide-email', label: 'Hide my e-mail' };
  const life = person.deleted
    ? { act: 'reactivate', label: `Reactivate ${person.realName}` }
    : { act: 'deactivate', label: `Deactivate ${person.realName}` };
  if (channel.kind === 'im') return person.deleted ? [life] : [email, life];
  const archive = channel.archived
    ? { act: 'unarchive', label: `Unarchive ${place}` }
    : { act: 'archive', label: `Archive ${place}` };
  const member = isMember(channel, bot.id)
    ? { act: 'remove', label: `Remove ${bot.realName} from ${place}` }
    : { act: 'invite', label: `Invite ${bot.realName} to ${place}` };
  return person.deleted ? [archive, member, life] : [archive, member, email, life];
}

/** "Make it fail": what could be, what can change in the workspace, and, at the foot so that nothing jumps, what is planned. */
export function drawTrouble(channel: Channel, person: Person, pending: Troubles): Html {
  return html`<div class="scroll tools">
    <h3>Slack misbehaves</h3><ul class="presets">${presets.map(row)}</ul>
    <h3>The mail server misbehaves</h3><ul class="presets">${mailPresets.map(row)}</ul>
    <h3>Pages and hooks misbehave</h3><ul class="presets">${pagePresets.map(row)}</ul>
    <h3>The workspace changes</h3><div class="moves">${changes(channel, person).map(({ act, label }) => html`<button type="button" class="button" data-workspace="${act}">${label}</button>`)}</div>
    <p class="faint">The bot is told of these by events, as in Slack.</p><p class="failure" role="alert" hidden></p></div>
    <footer class="planned" role="status">${planned(pending)}</footer>`;
}

/** How many faults are planned, for the button that opens the pane. */
export function drawTroubleCount({ length }: Troubles): Html {
  return html`Make it fail${length > 0 && html` <span class="badge on">${length}</span>`}`;
}
