import type { KnownBlock } from '@slack/types';
import type { Silence } from '../../alerts/stages/mute.ts';
import { momentText } from '../../alerts/wording.ts';
import { silenceExample } from '../../alerts/words/silence.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { actionIds } from '../action-ids.ts';
import { actions, button, context, header, type Message, message, paragraph, richLine } from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { oneLine } from '../text.ts';
import { exampleLine } from './suggestions.ts';

/** A silence with what it is about, in words. */
export interface ShownSilence extends Silence {
  what: string;
}

type Zone = Pick<Tenant, 'timezone' | 'locale'>;

const longest = 200;
/** As many as fit into a message with their buttons. */
const mostShown = 15;

/** `/kpi alerts silences` */
export function silencesMessage(silences: readonly ShownSilence[], tenant: Zone): Message {
  const counted = silences.length === 1 ? '1 silence' : `${silences.length} silences`;
  return message(silences.length === 0 ? 'Nothing is silenced' : counted, [
    header(silences.length === 0 ? 'Nothing is silenced' : counted),
    ...silenceBlocks(silences, tenant, mostShown),
    exampleLine('A new one: ', silenceExample),
    ...actions([button('My alerts', actionIds.alerts, 'mine')]),
  ]);
}

export function silenceBlocks(silences: readonly ShownSilence[], tenant: Zone, most: number): KnownBlock[] {
  const more = silences.length - most;
  return [
    ...silences.slice(0, most).flatMap((silence) => silenceBlock(silence, tenant)),
    ...(more > 0 ? [context(`and ${more} more: /kpi alerts silences`)] : []),
  ];
}

function silenceBlock({ silenceId, what, until, createdBy, comment }: ShownSilence, tenant: Zone): KnownBlock[] {
  const facts = [`Silence ${silenceId}`, `until ${momentText(until, tenant)}`, `by ${createdBy}`, comment];
  const end = button('End', actionIds.endSilence, String(silenceId));
  const label = clip(oneLine(`End the silence: ${what}`), limits.buttonText);
  return [
    richLine({ bold: clip(oneLine(what), limits.header) || '–' }),
    context(facts.map((fact) => clip(oneLine(fact), longest)).join(' · ')),
    ...actions([end && { ...end, accessibility_label: label }], `silence ${silenceId}`),
  ];
}

/** That something is kept quiet from now on. */
export function silencedMessage(silence: ShownSilence, tenant: Zone, now: Temporal.Instant): Message {
  const said = `Silenced until ${momentText(silence.until, tenant, now)}`;
  return message(`${said}: ${silence.what}`, [
    header(said),
    ...silenceBlock(silence, tenant),
    paragraph('Nobody is told of it until then. What still fires then is told then; that something is over, at once.'),
  ]);
}
