/** An event log as help desks export it: several rows per ticket, many columns a mapping does not ask for. */
export function* generatedLog(rows: number): Generator<string> {
  const extra = Array.from({ length: 14 }, (_, index) => `note_${index}`);
  yield `number,state,opened_at,updated_at,resolved_at,priority,group,agent,channel,${extra.join(',')}\n`;
  const opened = Date.UTC(2025, 0, 1);
  const states = ['New', 'Active', 'Waiting', 'Resolved', 'Closed'];
  const rest = extra.map((name) => `${name} of this row`).join(',');
  for (let row = 0; row < rows; row++) {
    const ticket = Math.floor(row / states.length);
    const step = row % states.length;
    const at = (minutes: number) => new Date(opened + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
    const created = ticket * 11;
    const fields = [
      `INC${String(ticket).padStart(7, '0')}`,
      states[step],
      at(created),
      at(created + step * 97),
      step < 3 ? '' : at(created + 291),
      `${1 + (ticket % 4)} - priority`,
      `Group ${ticket % 40}`,
      `Agent ${ticket % 200}`,
      ticket % 5 === 0 ? 'Email' : 'Phone',
    ];
    yield `${fields.join(',')},${rest}\n`;
  }
}

export const generatedMap = `entity: ticket
format: { dates: ["yyyy-MM-dd HH:mm"] }
rows: last
order: updated_at
fields:
  id: number
  created_at: opened_at
  updated_at: updated_at
  resolved_at: resolved_at
  priority: { column: priority, values: { "1 - priority": critical, "2 - priority": high, "3 - priority": medium, "4 - priority": low } }
  status: { column: state, values: { New: new, Active: open, Waiting: pending, Resolved: resolved, Closed: closed } }
  team_id: group
  operator_id: agent
  channel: channel
`;
