import { groups } from '../../kpis/groups.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { header, type Message, message, type Piece, paragraph, richLine, richList } from '../blocks.ts';
import { choiceButtons, exampleLine } from './suggestions.ts';

const ways: readonly (readonly [command: string, meaning: string])[] = [
  ['/kpi', 'your headline numbers'],
  ['/kpi list', 'every KPI there is'],
  ['/kpi sla-reported', 'one KPI, last 7 days against the 7 before'],
  ['/kpi sla-reported last month by priority', 'another period, broken down'],
  ['/kpi tickets 30d channel:email vs year', 'one channel, against a year before'],
  ['/kpi backlog table', 'the numbers as a table; csv for CSV'],
  ['/kpi explain sla-reported', 'what exactly is counted'],
  ['/kpi subscribe digest weekdays at 08:30', 'what comes by itself; /kpi subscribe alone opens a form'],
  ['/kpi subscriptions', 'what you get, to change, pause or end'],
  ['/kpi alert sla by team below 85%', 'tells you when it is; /kpi alert alone opens a form'],
  ['/kpi alert sla-risk team:Delivery', 'tells you of tickets before they breach their SLA'],
  ['/kpi alerts', 'what is open, and your rules; /kpi alerts silence keeps some of it quiet'],
  ['/kpi receipt CODE', 'an earlier answer as it was, and what changed since'],
];

const periods = ['today', '7d', '30d', '12w', '6m', 'mtd', 'last month', '2026-Q3', '2026-10-01..2026-10-31', 'all'];

/** How to ask, with commands that work as they stand. */
export function helpMessage(): Message {
  return message('How to ask: /kpi ID, then a period, by DIMENSION and DIMENSION:VALUE in any order.', [
    header('How to ask'),
    richLine(
      'Name a KPI, then in any order a period, ',
      { code: 'by DIMENSION' },
      ', ',
      { code: 'DIMENSION:VALUE' },
      '.',
    ),
    richList(ways.map(([command, meaning]): Piece[] => [{ code: command }, `  ${meaning}`])),
    richLine('Periods: ', ...periods.flatMap((period): Piece[] => [{ code: period }, ' '])),
    richLine('Groups for ', { code: '/kpi list GROUP' }, ': ', groups.map(({ id }) => id).join(', '), '.'),
    richLine('The same words work behind ', { code: '@Crema' }, ' in a channel I am in, and as a message to me.'),
    paragraph('Answers are for your eyes only until you share them, and then show what everybody there may see.'),
    ...choiceButtons(['All KPIs'], ['list']),
  ]);
}

/** Help about one KPI: the question it answers and ways to ask it. */
export function kpiHelpMessage(kpi: Kpi): Message {
  return message(`${kpi.title}: ${kpi.question}`, [
    header(kpi.title),
    paragraph(kpi.question),
    exampleLine('Ask: ', ...kpi.examples),
    richLine('Broken down or filtered by: ', ...kpi.dimensions.flatMap((name): Piece[] => [{ code: name }, ' '])),
    ...choiceButtons([kpi.title, 'What is counted'], [kpi.id, `explain ${kpi.id}`]),
  ]);
}
