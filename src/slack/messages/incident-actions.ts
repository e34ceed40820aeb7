import type { Button, KnownBlock, StaticSelect } from '@slack/types';
import type { Incident } from '../../alerts/incident.ts';
import { titleOf } from '../../alerts/wording.ts';
import { actionIds } from '../action-ids.ts';
import { actions, button, menu } from '../blocks.ts';
import { clip, limits } from '../limits.ts';
import { oneLine } from '../text.ts';

/** For how long an incident can be snoozed, as its menu carries it. */
export const snoozes = [
  { id: '30min', text: '30 min' },
  { id: '4h', text: '4 h' },
  { id: 'tomorrow', text: 'Until tomorrow' },
] as const;

/** Behind an incident's number where its button stands in a list that is shown anew, of a message or of Home. */
export type ListOfIncidents = 'list' | 'home';

/**
 * What makes sense with an incident as it is. Values hold its number and nothing else. A new block id with each version: a
 * menu would go on showing what was chosen from it.
 */
export function incidentActions(incident: Incident, where: '' | ListOfIncidents = ''): KnownBlock[] {
  const { incidentId, version, state, acknowledgedAt, snoozedUntil, assignedTo, content } = incident;
  const value = where === '' ? `${incidentId}` : `${incidentId} ${where}`;
  const make = (text: string, actionId: string): Button | undefined => {
    const made = button(text, actionId, value);
    return made && { ...made, accessibility_label: clip(oneLine(`${text}: ${titleOf(incident)}`), limits.buttonText) };
  };
  const isOpen = state !== 'resolved';
  const isNew = isOpen && acknowledgedAt === null;
  const acknowledge = make('Acknowledge', actionIds.acknowledge);
  return actions(
    [
      isNew && acknowledge ? { ...acknowledge, style: 'primary' as const } : undefined,
      isOpen && snoozedUntil !== null ? make('Wake', actionIds.wake) : undefined,
      isNew && snoozedUntil === null ? snoozeMenu(value) : undefined,
      isOpen ? make(assignedTo === null ? 'Assign to me' : 'Take over', actionIds.assign) : undefined,
      isOpen && !isNew ? make('Unacknowledge', actionIds.unacknowledge) : undefined,
      content.words === null || where === 'home' ? undefined : make('Show KPI', actionIds.showKpi),
      where === '' ? make('Not useful', actionIds.notUseful) : undefined,
    ],
    `incident ${incidentId} ${version}${where === '' ? '' : ` ${where}`}`,
  );
}

function snoozeMenu(value: string): StaticSelect {
  return menu(
    'Snooze',
    actionIds.snooze,
    snoozes.map(({ id, text }) => ({ text, value: `${id} ${value}` })),
  );
}
