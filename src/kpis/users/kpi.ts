import type { Kpi } from '../kpi.ts';
import { usersByRole } from './query.ts';

export const users: Kpi = {
  id: 'users',
  version: 1,
  group: 'adoption',
  title: 'Users',
  question: 'How many people can work in the CRM, and as what?',
  formula:
    'Operators marked active at the end of the period (now, where it has not ended), by role; non-agents are all but agents.',
  kind: 'stock',
  unit: 'count',
  better: 'neither',
  dimensions: ['role', 'type', 'team', 'account'],
  parts: {
    admin: { title: 'Admins', unit: 'count' },
    owner: { title: 'Owners', unit: 'count' },
    supervisor: { title: 'Supervisors', unit: 'count' },
    non_agent: { title: 'Non-agents', unit: 'count' },
    agent: { title: 'Agents', unit: 'count' },
  },
  streams: ['operator'],
  rollups: [],
  datedBy: { table: 'crm.operators', standsFrom: 'created_at' },
  needs: 'operators that are marked active or not',
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
  chart: { series: 'step', prefer: 'series' },
  caveats: [
    'A past day has what an operator was then as far as its changes were seen: of before the first sync only the latest state is known.',
    'Team and account are the latest known ones.',
  ],
  examples: ['users', 'users by role', 'users by team'],
  dailyLevels: true,
  query: usersByRole,
  measure({ counts }) {
    const count = counts.users ?? 0;
    const agent = counts.agent ?? 0;
    return {
      value: count,
      weight: count,
      parts: {
        admin: counts.admin ?? 0,
        owner: counts.owner ?? 0,
        supervisor: counts.supervisor ?? 0,
        non_agent: count - agent,
        agent,
      },
      evidence: { kind: 'count', count, exposure: 1 },
    };
  },
};
