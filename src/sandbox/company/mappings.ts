/** The mapping of each of the company's files, as a customer would write it. */
export const mappings = {
  accounts: `entity: account
format: { dates: [yyyy-MM-dd] }
fields: { id: id, name: name, created_at: created_at, demo: demo }
`,
  teams: `entity: team
fields: { id: id, name: name }
`,
  operators: `entity: operator
format: { dates: [yyyy-MM-dd] }
fields:
  id: id
  name: name
  email: email
  role: role
  type: type
  team_id: team
  supervisor_ids: supervisors
  active: active
  status: status
  created_at: joined
`,
  tickets: `entity: ticket
fields:
  id: id
  created_at: created_at
  updated_at: updated_at
  priority: priority
  status: status
  first_response_at: first_response_at
  resolved_at: resolved_at
  closed_at: closed_at
  reopened_count: reopened
  sla_met: sla_met
  operator_id: operator
  team_id: team
  account_id: account
  channel: channel
  category: category
`,
  surveys: `entity: survey
fields:
  id: id
  kind: kind
  score: score
  answered_at: answered_at
  account_id: account
  operator_id: operator
  team_id: team
  ticket_id: ticket
  comment: comment
`,
} as const;
