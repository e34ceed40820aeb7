import type { SectionId } from '../config/reports.ts';
import type { Span } from './period.ts';

/** A section as a template has it: questions in the words of /kpi. */
export interface SectionPlan {
  id: string;
  title: string;
  questions: readonly string[];
}

/**
 * What is in the built-in sections. A question without a period is about the report's; one with `8w` or `6m` is about so
 * many weeks or months up to the report's end: a level says little without where it came from, and there is not a campaign
 * every week.
 */
export function builtInSection(id: SectionId, span: Span): SectionPlan {
  const trend = span === 'week' ? '8w' : '6m';
  const sections: Record<SectionId, Omit<SectionPlan, 'id'>> = {
    support: { title: 'Support', questions: ['sla by priority', 'response-time', `backlog ${trend}`] },
    conversations: { title: 'Conversations', questions: ['conversations by channel', 'conversations', 'peak-hours'] },
    campaigns: { title: 'Campaigns', questions: [`campaigns ${trend}`, `campaign-funnel ${trend}`] },
    growth: { title: 'Growth', questions: [`contacts ${trend}`, 'geography'] },
    sales: { title: 'Sales', questions: ['funnel', 'pipeline'] },
    adoption: { title: 'Adoption', questions: ['active-users', 'users by type'] },
  };
  return { id, ...sections[id] };
}
