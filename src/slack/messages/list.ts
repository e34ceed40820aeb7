import type { KnownBlock } from '@slack/types';
import { byGroup } from '../../kpis/groups.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { context, header, type Message, message, type Piece, paragraph, richLine, richList } from '../blocks.ts';
import { choiceButtons } from './suggestions.ts';

/** KPIs in one message: their ids and questions stay far below Slack's limit for all blocks. */
const most = 60;

/** The catalogue by group, or one group of it. With several groups there is a button for each, else for the first KPIs. */
export function listMessage(kpis: readonly Kpi[]): Message {
  if (kpis.length === 0) {
    return message('There is no KPI in that group.', [
      paragraph('There is no KPI in that group, or none that you may ask.'),
      ...choiceButtons(['All KPIs'], ['list']),
    ]);
  }
  const shown = byGroup(kpis.slice(0, most));
  return message(`${kpis.length} KPIs: ${kpis.map((kpi) => kpi.id).join(', ')}`, [
    header('KPIs'),
    ...shown.flatMap(({ title, of }): KnownBlock[] => [
      richLine({ bold: title }),
      richList(of.map((kpi): Piece[] => [{ code: kpi.id }, `  ${kpi.question}`])),
    ]),
    ...(kpis.length > most ? [context(`… and ${kpis.length - most} more`)] : []),
    ...(shown.length > 1
      ? choiceButtons(
          shown.map(({ title }) => title),
          shown.map(({ id }) => `list ${id}`),
        )
      : choiceButtons(
          kpis.slice(0, 5).map((kpi) => kpi.title),
          kpis.slice(0, 5).map((kpi) => kpi.id),
        )),
  ]);
}
