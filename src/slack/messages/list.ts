import type { KnownBlock } from '@slack/types';
import type { Kpi } from '../../kpis/kpi.ts';
import { context, header, type Message, message, type Piece, paragraph, richLine, richList } from '../blocks.ts';
import { choiceButtons } from './suggestions.ts';

/** KPIs in one message: their ids and questions stay far below Slack's limit for all blocks. */
const most = 60;

/** The catalogue by group. */
export function listMessage(kpis: readonly Kpi[]): Message {
  if (kpis.length === 0) {
    return message('There is no KPI in that group.', [
      paragraph('There is no KPI in that group.'),
      ...choiceButtons(['All KPIs'], ['list']),
    ]);
  }
  const shown = kpis.slice(0, most);
  const groups = [...new Set(shown.map((kpi) => kpi.group))];
  return message(`${kpis.length} KPIs: ${kpis.map((kpi) => kpi.id).join(', ')}`, [
    header('KPIs'),
    ...groups.flatMap((group): KnownBlock[] => [
      richLine({ bold: group.charAt(0).toUpperCase() + group.slice(1) }),
      richList(
        shown.filter((kpi) => kpi.group === group).map((kpi): Piece[] => [{ code: kpi.id }, `  ${kpi.question}`]),
      ),
    ]),
    ...(kpis.length > most ? [context(`… and ${kpis.length - most} more`)] : []),
    ...choiceButtons(
      shown.slice(0, 5).map((kpi) => kpi.title),
      shown.slice(0, 5).map((kpi) => kpi.id),
    ),
  ]);
}
