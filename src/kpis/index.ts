import { activeCampaigns } from './active-campaigns/kpi.ts';
import { activeConversations } from './active-conversations/kpi.ts';
import { activeUsers } from './active-users/kpi.ts';
import { backlog } from './backlog/kpi.ts';
import { campaignFunnel } from './campaign-funnel/kpi.ts';
import { campaigns } from './campaigns/kpi.ts';
import { churn } from './churn/kpi.ts';
import { contactGrowth } from './contact-growth/kpi.ts';
import { contacts } from './contacts/kpi.ts';
import { conversationStatus } from './conversation-status/kpi.ts';
import { conversations } from './conversations/kpi.ts';
import { csat } from './csat/kpi.ts';
import { deliveryRate } from './delivery-rate/kpi.ts';
import { failureRate } from './failure-rate/kpi.ts';
import { firstResponseTime } from './first-response-time/kpi.ts';
import { freshness } from './freshness/kpi.ts';
import { funnel } from './funnel/kpi.ts';
import { geography } from './geography/kpi.ts';
import type { Kpi } from './kpi.ts';
import { leaderboard } from './leaderboard/kpi.ts';
import { leads } from './leads/kpi.ts';
import { licences } from './licences/kpi.ts';
import { messageDelivery } from './message-delivery/kpi.ts';
import { messages } from './messages/kpi.ts';
import { newContacts } from './new-contacts/kpi.ts';
import { newVsReturning } from './new-vs-returning/kpi.ts';
import { nps } from './nps/kpi.ts';
import { peakHours } from './peak-hours/kpi.ts';
import { pipeline } from './pipeline/kpi.ts';
import { reach } from './reach/kpi.ts';
import { readRate } from './read-rate/kpi.ts';
import { replyRate } from './reply-rate/kpi.ts';
import { resolutionTime } from './resolution-time/kpi.ts';
import { responseRate } from './response-rate/kpi.ts';
import { responseTime } from './response-time/kpi.ts';
import { revenueWon } from './revenue-won/kpi.ts';
import { salesCycle } from './sales-cycle/kpi.ts';
import { sla } from './sla/kpi.ts';
import { slaFirstResponse } from './sla-first-response/kpi.ts';
import { slaReported } from './sla-reported/kpi.ts';
import { slaResolution } from './sla-resolution/kpi.ts';
import { tickets } from './tickets/kpi.ts';
import { ticketsResolved } from './tickets-resolved/kpi.ts';
import { userMix } from './user-mix/kpi.ts';
import { users } from './users/kpi.ts';
import { waitTime } from './wait-time/kpi.ts';
import { winRate } from './win-rate/kpi.ts';
import { workload } from './workload/kpi.ts';

/** The catalogue, in the order it is shown. */
export const kpis: readonly Kpi[] = [
  sla,
  slaFirstResponse,
  slaResolution,
  slaReported,
  tickets,
  ticketsResolved,
  backlog,
  firstResponseTime,
  resolutionTime,
  csat,
  nps,
  leaderboard,
  workload,
  conversations,
  conversationStatus,
  activeConversations,
  messages,
  responseRate,
  responseTime,
  waitTime,
  peakHours,
  newVsReturning,
  messageDelivery,
  contacts,
  newContacts,
  contactGrowth,
  geography,
  reach,
  churn,
  users,
  licences,
  activeUsers,
  userMix,
  campaigns,
  campaignFunnel,
  activeCampaigns,
  deliveryRate,
  readRate,
  replyRate,
  failureRate,
  leads,
  funnel,
  pipeline,
  winRate,
  revenueWon,
  salesCycle,
  freshness,
];

export const kpiIds: readonly string[] = kpis.map((kpi) => kpi.id);

export function kpiOf(id: string): Kpi | undefined {
  return kpis.find((kpi) => kpi.id === id);
}
