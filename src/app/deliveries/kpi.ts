import { type Answer, answer, type KpiSettings } from '../../answers/answer.ts';
import { chartOfAnswer } from '../../answers/chart.ts';
import { answerMail } from '../../answers/mail.ts';
import { parseRequest } from '../../answers/parse.ts';
import { administrators } from '../../answers/people.ts';
import { splitWords } from '../../answers/words.ts';
import type { ChartRenderer } from '../../charts/renderer.ts';
import type { RawFile } from '../../deliveries/artifacts.ts';
import type { Json } from '../../deliveries/delivery.ts';
import type { Make } from '../../deliveries/dispatch.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Message } from '../../slack/blocks.ts';
import { answerMessage } from '../../slack/messages/index.ts';
import type { Picture } from '../../slack/messages/result.ts';
import { type MailDeps, mailLetter } from './mail.ts';
import { type ReadingDeps, readingOf, withoutReading } from './reading.ts';

export interface MakeDeps extends ReadingDeps {
  settings: KpiSettings;
  charts: Pick<ChartRenderer, 'png'>;
  mail: MailDeps | undefined;
  clock: Clock;
  log: Log;
}

/** Between looks for data that is late. */
export const lookAgain = { seconds: 5 };

/** The answer to a question that somebody subscribed to, as if they had just asked it. */
export function kpiMaker(deps: MakeDeps): Make {
  const { db, tenant, settings, log } = deps;
  return async (delivery, { now }) => {
    const reading = await readingOf(deps, delivery);
    if (!('subscription' in reading)) return withoutReading(reading);
    const { subscription, viewer, rights, locale, forAll, label } = reading;
    const context = { db, tenant, viewer, now, settings, receipts: { rights, log } };
    const answered = scoped(await answer(context, parseRequest(splitWords(subscription.subject))), label);
    const late = lateStreams(answered);
    if (late.length > 0 && Temporal.Instant.compare(now, delivery.deadlineAt) < 0)
      return { kind: 'wait', until: now.add(lookAgain), reason: `waits for ${late.join(', ')}` };
    const drawn = await chartFile(deps, answered, locale, delivery.failures);
    const view = {
      ...{ locale, canShare: false, ...(forAll ? { forAll } : {}), ...(drawn ? { picture: drawn.picture } : {}) },
      ...(answered.kind === 'result' ? {} : { administrators: await administrators(db, tenant.tenantId) }),
    };
    if (delivery.carrier === 'slack')
      return {
        kind: 'letter',
        letter: { body: slackBody(answerMessage(answered, view)), files: drawn?.files ?? [] },
      };
    const [chart] = drawn?.files ?? [];
    const content = answerMail(answered, { locale, ...(chart ? { chart: chart.name, altText: drawn?.altText } : {}) });
    if (!content)
      return { kind: 'skip', reason: `the question cannot be answered by mail any more: ${subscription.subject}` };
    return mailLetter(deps.mail, delivery, reading, { ...content, ...(chart ? { images: [chart] } : {}) }, now);
  };
}

/** Failures to draw after which the numbers go out as a table. */
const mostDrawings = 2;

/** The chart of an answer as a file, and how the message shows it; undefined where there is none to draw. */
async function chartFile(
  { charts, log }: MakeDeps,
  answered: Answer,
  locale: string,
  failures: number,
): Promise<{ picture: Picture; files: RawFile[]; altText: string } | undefined> {
  const spec =
    answered.kind === 'result' && answered.request.show === 'chart' ? chartOfAnswer(answered.result, locale) : null;
  if (!spec) return undefined;
  try {
    const bytes = await charts.png(spec);
    const files = [{ name: 'chart.png', mediaType: 'image/png', bytes }];
    return {
      picture: { kind: 'image', fileId: 'file:chart.png', altText: spec.altText },
      files,
      altText: spec.altText,
    };
  } catch (error) {
    if (failures < mostDrawings) throw error;
    log.warn({ err: error }, 'the chart of a delivery could not be drawn');
    return { picture: { kind: 'missing' }, files: [], altText: '' };
  }
}

/** Where several people read it, what they see together is said. */
function scoped(answered: Answer, label: string | undefined): Answer {
  if (answered.kind !== 'result' || label === undefined || answered.result.scope === 'all') return answered;
  return { ...answered, result: { ...answered.result, scopeLabel: label } };
}

/** Streams that keep an answer from being whole. */
function lateStreams(answered: Answer): string[] {
  if (answered.kind !== 'result' && answered.kind !== 'no-data') return [];
  const { freshness } = answered.result;
  if (!freshness.stale) return [];
  return freshness.sources.filter(({ late }) => late).map(({ source, stream }) => `${source}: ${stream}`);
}

/** A message as the body of a letter. */
export function slackBody({ text, blocks }: Message): { [key: string]: Json } {
  return { type: 'message', text, blocks: blocks as unknown as Json };
}
