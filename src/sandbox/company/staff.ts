import { agent, executive, supervisor, supportLead } from '../workspace.ts';

export interface Team {
  id: string;
  name: string;
  categories: readonly string[];
  /** Its share of the tickets, relative to the others'. */
  weight: number;
  /** How long it takes, relative to the average team. */
  pace: number;
}

export interface Operator {
  id: string;
  name: string;
  email: string;
  role: 'agent' | 'supervisor' | 'admin' | 'owner';
  type: 'regular' | 'lite';
  teamId: string | undefined;
  active: boolean;
  status: 'online' | 'away' | 'offline';
  /** Days after the company's first day on which they joined; negative for before. */
  joinedAfterDays: number;
}

/** The operators that the demo's people in Slack are. */
export const operatorIds = {
  executive: 'op-executive',
  lead: 'op-lead',
  supervisor: 'op-supervisor',
  agent: 'op-agent',
} as const;

/** The team of the supervisor and the agent. */
export const supervisedTeamId = 'team-delivery';

export const teams: readonly Team[] = [
  { id: 'team-delivery', name: 'Orders & delivery', categories: ['delivery', 'order change'], weight: 30, pace: 0.95 },
  { id: 'team-returns', name: 'Returns & refunds', categories: ['return', 'refund'], weight: 22, pace: 1.1 },
  {
    id: 'team-technical',
    name: 'Technical support',
    categories: ['installation', 'defect', 'app'],
    weight: 24,
    pace: 1.2,
  },
  { id: 'team-billing', name: 'Billing', categories: ['invoice', 'payment'], weight: 14, pace: 0.9 },
  { id: 'team-key', name: 'Key accounts', categories: ['contract', 'quote'], weight: 10, pace: 0.75 },
];

const agents: readonly (readonly [name: string, mailbox: string, teamId: string])[] = [
  ['Putri Ayu Lestari', 'putri.lestari', 'team-delivery'],
  ['Ольга Смирнова', 'olga.smirnova', 'team-delivery'],
  ['Zoë Müller-Ångström', 'zoe.mueller', 'team-delivery'],
  ['王小明', 'xiaoming.wang', 'team-delivery'],
  ['Bùi Thị Hạnh', 'hanh.bui', 'team-returns'],
  ['أحمد الخطيب', 'ahmed.alkhatib', 'team-returns'],
  ['Agus Prasetyo', 'agus.prasetyo', 'team-returns'],
  ['Łucja Żółkiewska', 'lucja.zolkiewska', 'team-returns'],
  ['प्रिया शर्मा', 'priya.sharma', 'team-technical'],
  ['Дмитрий Ковальчук', 'dmytro.kovalchuk', 'team-technical'],
  ['佐藤 美咲', 'misaki.sato', 'team-technical'],
  ['Thabo Nkosi', 'thabo.nkosi', 'team-technical'],
  ["Aoife O'Brien", 'aoife.obrien', 'team-technical'],
  ['김지우', 'jiwoo.kim', 'team-billing'],
  ['José Ángel Núñez', 'jose.nunez', 'team-billing'],
  ['Dewi Kartika', 'dewi.kartika', 'team-billing'],
  ['ليلى منصور', 'layla.mansour', 'team-key'],
  ['Søren Ærø', 'soren.aeroe', 'team-key'],
];

const supervisors: readonly (readonly [name: string, mailbox: string, teamId: string])[] = [
  ['Budi Santoso', 'budi.santoso', 'team-technical'],
  ['Claire Lefèvre', 'claire.lefevre', 'team-returns'],
];

const since = -400;
const known = { type: 'regular', active: true, joinedAfterDays: since } as const;

export const operators: readonly Operator[] = [
  {
    ...known,
    id: operatorIds.executive,
    name: executive.realName,
    email: executive.email,
    role: 'owner',
    teamId: undefined,
    type: 'lite',
    status: 'offline',
  },
  {
    ...known,
    id: operatorIds.lead,
    name: supportLead.realName,
    email: supportLead.email,
    role: 'admin',
    teamId: undefined,
    status: 'online',
  },
  {
    ...known,
    id: operatorIds.supervisor,
    name: supervisor.realName,
    email: supervisor.email,
    role: 'supervisor',
    teamId: supervisedTeamId,
    status: 'online',
  },
  {
    ...known,
    id: operatorIds.agent,
    name: agent.realName,
    email: agent.email,
    role: 'agent',
    teamId: supervisedTeamId,
    status: 'online',
  },
  ...supervisors.map(
    ([name, mailbox, teamId], index): Operator => ({
      ...known,
      id: `op-s${index + 1}`,
      name,
      email: `${mailbox}@example.com`,
      role: 'supervisor',
      teamId,
      status: 'online',
    }),
  ),
  ...agents.map(
    ([name, mailbox, teamId], index): Operator => ({
      id: `op-${String(index + 1).padStart(2, '0')}`,
      name,
      email: `${mailbox}@example.com`,
      role: 'agent',
      type: index % 9 === 8 ? 'lite' : 'regular',
      teamId,
      // One has left; every fifth joined while the company grew.
      active: index !== 6,
      status: index === 6 ? 'offline' : index % 4 === 3 ? 'away' : 'online',
      joinedAfterDays: index % 5 === 4 ? 60 + index * 12 : since + index * 9,
    }),
  ),
];

/** Who of a team answers tickets on a day, `day` counted from the company's first; supervisors take a few. */
export function answering(teamId: string, day: number): readonly (readonly [Operator, number])[] {
  return operators
    .filter(
      (operator) => operator.teamId === teamId && operator.joinedAfterDays <= day && (operator.active || day < 300),
    )
    .map((operator) => [operator, operator.role === 'agent' ? 1 : 0.2]);
}
