import type { Answer } from '../../answers/answer.ts';
import type { Message } from '../blocks.ts';
import type { Administrator } from './administrators.ts';
import { explainMessage } from './explain.ts';
import { helpMessage, kpiHelpMessage } from './help.ts';
import { listMessage } from './list.ts';
import { misunderstoodMessage } from './misunderstood.ts';
import { noDataMessage } from './no-data.ts';
import { notPermittedMessage } from './not-permitted.ts';
import { noReceiptMessage } from './notices.ts';
import { overviewMessage } from './overview.ts';
import { type ResultView, resultMessage } from './result.ts';
import { noSnapshotsMessage, unknownScenarioMessage } from './unknown-scenario.ts';
import { unknownValueMessage } from './unknown-value.ts';

export interface AnswerView extends ResultView {
  /** Whom a person without rights can ask. */
  administrators?: readonly Administrator[];
}

/** Every outcome of a question as a message. Pure: the same answer gives the same message. */
export function answerMessage(answer: Answer, view: AnswerView): Message {
  switch (answer.kind) {
    case 'result':
      return resultMessage(answer, view);
    case 'no-data':
      return noDataMessage(answer, view);
    case 'unknown-value':
      return unknownValueMessage(answer);
    case 'unknown-scenario':
      return unknownScenarioMessage(answer);
    case 'no-snapshots':
      return noSnapshotsMessage(answer);
    case 'not-permitted':
      return notPermittedMessage(answer, view.administrators ?? []);
    case 'receipt':
      return resultMessage(
        { kind: 'result', request: answer.request, result: answer.result },
        { ...view, reprint: answer },
      );
    case 'no-receipt':
      return noReceiptMessage(answer.code);
    case 'overview':
      return overviewMessage(answer.results, view.locale);
    case 'help':
      return answer.kpi ? kpiHelpMessage(answer.kpi) : helpMessage();
    case 'list':
      return listMessage(answer.kpis);
    case 'explain':
      return explainMessage(answer, view.locale);
    case 'misunderstood':
      return misunderstoodMessage(answer);
  }
}
