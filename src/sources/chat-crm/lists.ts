import { SourceError } from '../source-error.ts';
import type { ListStream } from '../stream.ts';
import { campaignEntry, contactEntry } from './map.ts';
import { readAnswer, readEntries, type Workspace } from './read.ts';
import { campaign, campaignList, contact, contactPage, fieldValues } from './schema.ts';

/** The most contacts the CRM gives on a page. */
const contactsPerPage = 100;

/** Campaigns the CRM is taken to give in one answer, for planning. */
const campaignsPerPage = 20;

export function contactStream(workspace: Workspace): ListStream {
  return {
    id: 'contacts',
    what: 'all contacts',
    shape: 'list',
    entity: 'contact',
    everyMinutes: 15,
    atLeastMinutes: 24 * 60,
    runEveryMinutes: 15,
    share: 1,
    refreshSlaMinutes: 30,
    pageSize: contactsPerPage,
    async read(pace, page) {
      const { body, sentAt } = await readAnswer(
        workspace,
        pace,
        { stream: 'contacts', page: `page ${page}` },
        { path: '/crm/chat', query: { page, limit: contactsPerPage } },
        contactPage,
      );
      const { good, problems } = readEntries(body.data, contact, 'entry');
      const { limit: size, total } = body.pagination;
      const hasNext = body.data.length > 0 && page * size < total;
      return { sentAt, entries: good.map(contactEntry), total, size, hasNext, problems };
    },
    async exists(pace, id) {
      try {
        await readAnswer(
          workspace,
          pace,
          { stream: 'contacts', page: `contact ${id}` },
          { path: `/crm/chat/setting/${encodeURIComponent(id)}/custom-field` },
          fieldValues,
        );
        return true;
      } catch (error) {
        if (error instanceof SourceError && error.failure === 'missing') return false;
        throw error;
      }
    },
  };
}

/**
 * Campaigns come in one piece, with the look of a page. Where more are counted than given, the next page is asked for; a
 * CRM that answers with the same page again has a short list, and the walk notices (fewer entries than the total).
 */
export function campaignStream(workspace: Workspace): ListStream {
  return {
    id: 'campaigns',
    what: 'all campaigns',
    shape: 'list',
    entity: 'campaign',
    everyMinutes: 5,
    atLeastMinutes: 60,
    runEveryMinutes: 5,
    share: 'first',
    refreshSlaMinutes: 15,
    pageSize: campaignsPerPage,
    async read(pace, page) {
      const { body, sentAt } = await readAnswer(
        workspace,
        pace,
        { stream: 'campaigns', page: `page ${page}` },
        { path: '/crm/campaign', ...(page > 1 ? { query: { page } } : {}) },
        campaignList,
      );
      const { good, problems } = readEntries(body.data, campaign, 'entry');
      const total = body.count ?? (page === 1 ? body.data.length : undefined);
      const size = body.rows ?? Math.max(1, body.data.length);
      const ignoresPage = page > 1 && body.page !== undefined && body.page !== page;
      // `rows` may be larger than what is given: what counts is whether something is missing.
      const hasNext =
        body.data.length > 0 && !ignoresPage && total !== undefined && (page - 1) * size + body.data.length < total;
      return { sentAt, entries: good.map(campaignEntry), total, size, hasNext, problems };
    },
  };
}
