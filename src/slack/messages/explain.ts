import type { Answer } from '../../answers/answer.ts';
import { formatTarget } from '../../domain/format.ts';
import { header, type Message, message, type Piece, paragraph, richList } from '../blocks.ts';
import { choiceButtons, exampleLine } from './suggestions.ts';

/** What exactly a KPI counts, and who answers for it. */
export function explainMessage(answer: Extract<Answer, { kind: 'explain' }>, locale: string): Message {
  const { kpi, owner, criticality, target } = answer;
  const parts = Object.values(kpi.parts).map((part) => part.title);
  const facts: [string, string][] = [
    ['Better', { up: 'higher', down: 'lower', neither: 'neither higher nor lower' }[kpi.better]],
    ['Target', target === null ? 'none' : formatTarget(target, kpi.unit, { locale })],
    ['Parts', parts.join(', ') || 'none'],
    ...(kpi.scenarios ? ([['Scenarios', kpi.scenarios.join(', ')]] satisfies [string, string][]) : []),
    ...(kpi.snapshots ? ([['Snapshots', 'one a day, for as-of:DATE']] satisfies [string, string][]) : []),
    ...(kpi.audience === 'supervisors'
      ? ([['Who may ask', 'supervisors and above']] satisfies [string, string][])
      : []),
    ['Broken down by', kpi.dimensions.join(', ')],
    ['Owner', `${owner}, criticality ${criticality}`],
    ['Refreshed', `within ${kpi.refreshSlaMinutes} minutes`],
    ['Definition', `version ${kpi.version}, valid ${kpi.validFrom ? `from ${kpi.validFrom}` : 'for all data'}`],
  ];
  return message(`${kpi.title}: ${kpi.formula}`, [
    header(kpi.title),
    paragraph(kpi.question),
    paragraph(kpi.formula),
    richList(facts.map(([name, value]): Piece[] => [{ bold: name }, `  ${value}`])),
    ...kpi.caveats.map(paragraph),
    exampleLine('Ask: ', ...kpi.examples.slice(0, 3)),
    ...choiceButtons([kpi.title], [kpi.id]),
  ]);
}
