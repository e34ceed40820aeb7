import { type Misunderstood, parseRequest } from '../../answers/parse.ts';
import { misunderstoodSentence } from '../../answers/subscribe.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { type MarkUnit, markWord, offeredMarks, readMarkAs } from './marks.ts';
import { misunderstood, type Problem, type Reading, usualLeast, wordsOf } from './reading.ts';
import {
  type AlertMisunderstood,
  type AlertRequest,
  type ChangeSide,
  isChange,
  type NumberWish,
  type ThresholdSide,
} from './wish.ts';

/** A rule on a number, or what is missing or wrong of it. */
export function numberWish(reading: Reading, tenantCurrency: string): AlertRequest | AlertMisunderstood {
  if (reading.before !== null || reading.isOnlyBreaches || reading.metrics.length > 0)
    return misunderstood(ofTickets, reading);
  const request = parseRequest(reading.rest);
  if (request.kind !== 'kpi') return misunderstood(problemOf(request, reading), withoutQuestion(request, reading));
  const { kpi } = request;
  // A rule shows no table.
  const question = request.words.replace(/ (?:table|csv)$/, '');
  const asked = { ...reading, rest: [question] };
  const unit = { ...kpi, currency: kpi.currency ?? tenantCurrency };
  const { side } = reading;
  if (side === null) return misunderstood(withoutMark(asked, kpi, unit), asked);
  return isChange(side) ? ofChange(side, asked, kpi) : ofThreshold(side, asked, { kpi, unit });
}

/** Words that only tickets at risk have a use for. */
const ofTickets: Problem = {
  ...{ about: 'question', said: 'How long before, and which targets, is said of tickets at risk.' },
  choices: [
    {
      choice: 'sla-risk',
      change: { isRisk: true, side: null, mark: null, clear: null, against: null, rest: [] },
    },
  ],
};

function ofThreshold(
  side: ThresholdSide,
  asked: Reading,
  { kpi, unit }: { kpi: Kpi; unit: MarkUnit },
): AlertRequest | AlertMisunderstood {
  if (asked.against !== null) {
    const choices = [{ choice: 'worse by 10%', change: { side: 'worse' as const, mark: usualLeast, clear: null } }];
    return misunderstood({ about: 'against', said: 'A value is compared with nothing.', choices }, asked);
  }
  if (asked.mark === null) return misunderstood(withoutMark(asked, kpi, unit), asked);
  const mark = readMarkAs(asked.mark, unit);
  if ('said' in mark) return misunderstood(chosen(mark, 'mark'), { ...asked, mark: null });
  const marked = { ...asked, mark: markWord(mark.value, unit) };
  const clear = asked.clear === null ? mark : readMarkAs(asked.clear, unit);
  if ('said' in clear) return misunderstood(chosen(clear, 'clear'), { ...marked, clear: null });
  if (side === 'below' ? clear.value < mark.value : clear.value > mark.value) {
    const said = `At ${markWord(clear.value, unit)} it is still ${side} ${marked.mark}, where it fires.`;
    return misunderstood({ about: 'clear', said, choices: [] }, { ...marked, clear: null });
  }
  const isOther = clear.value !== mark.value;
  const whole = { ...marked, clear: isOther ? markWord(clear.value, unit) : null };
  return request(whole, { kpi, side, mark: mark.value, clear: isOther ? clear.value : null, against: 'previous' });
}

function ofChange(side: ChangeSide, asked: Reading, kpi: Kpi): AlertRequest | AlertMisunderstood {
  const unit: MarkUnit = { unit: 'ratio', currency: '' };
  if (asked.clear !== null)
    return misunderstood(
      { about: 'clear', said: 'A change is over when it is; it clears at no value.', choices: [] },
      { ...asked, clear: null },
    );
  const least = readMarkAs(asked.mark ?? usualLeast, unit);
  if ('said' in least) return misunderstood(chosen(least, 'mark'), { ...asked, mark: null });
  if (least.value > 1) {
    const said = 'A change of more than 100 % is out of reach.';
    return misunderstood({ about: 'mark', said, choices: [] }, { ...asked, mark: null });
  }
  const against = asked.against ?? 'previous';
  const whole = { ...asked, mark: markWord(least.value, unit), against };
  return request(whole, { kpi, side, mark: least.value, clear: null, against });
}

function request(reading: Reading, read: Pick<NumberWish, 'kpi' | 'side' | 'mark' | 'clear' | 'against'>): NumberWish {
  const to = reading.to ?? ({ kind: 'me' } as const);
  const { forSeconds, rest } = reading;
  return {
    kind: 'alert',
    watch: 'number',
    ...read,
    question: rest.join(' '),
    forSeconds,
    to,
    words: wordsOf({ ...reading, to }),
  };
}

function withoutMark({ side }: Reading, { better }: Kpi, unit: MarkUnit): Problem {
  const meant = side ?? (better === 'down' ? 'above' : 'below');
  const said = side === null ? 'Below or above which value?' : `${side === 'below' ? 'Below' : 'Above'} which value?`;
  const choices = offeredMarks(unit).map((mark) => ({ choice: `${meant} ${mark}`, change: { side: meant, mark } }));
  const change = { choice: 'worse by 10%', change: { side: 'worse' as const, mark: usualLeast, clear: null } };
  return { about: 'mark', said, choices: side === null ? [...choices, change] : choices };
}

function chosen({ said, choices }: { said: string; choices: readonly string[] }, key: 'mark' | 'clear'): Problem {
  return { about: key, said, choices: choices.map((choice) => ({ choice, change: { [key]: choice } })) };
}

type NoQuestion = Exclude<ReturnType<typeof parseRequest>, { kind: 'kpi' }>;

function problemOf(request: NoQuestion, { rest }: Reading): Problem {
  if (request.kind !== 'misunderstood') {
    const said = rest.length === 0 ? 'Which number?' : `“${rest.join(' ')}” is no number that can be watched.`;
    const choices = ['sla', 'backlog', 'csat'].map((id) => ({ choice: id, change: { rest: [id] } }));
    return { about: 'question', said, choices };
  }
  return {
    about: 'question',
    said: misunderstoodSentence(request),
    choices: request.choices.map((choice, index) => ({
      choice,
      change: { rest: [request.commands[index] ?? choice] },
    })),
  };
}

function withoutQuestion(request: NoQuestion | Misunderstood, reading: Reading): Reading {
  const understood = request.kind === 'misunderstood' ? request.understood : '';
  return { ...reading, rest: understood === '' ? [] : [understood] };
}
