import { SourceError } from '../source-error.ts';
import type { VisitStream } from '../stream.ts';
import { reportValues } from './map.ts';
import { readAnswer, type Workspace } from './read.ts';
import { campaignReport } from './schema.ts';

/** A report of an active campaign is due again after this many minutes; a little less than an hour, as runs are not exact. */
const activeMinutes = 55;

/** Reads and replies trickle in after a campaign has ended: another look a day, until nothing changes any more. */
const endedHours = 24;
const mostFinals = 7;

/** What is remembered of a campaign's report. */
interface ReportCursor {
  /** The counters of the last snapshot. */
  counters?: string;
  /** Snapshots taken since the campaign has ended. */
  finals?: number;
  /** Nothing changes any more. */
  settled?: boolean;
}

const ended = ['completed', 'failed'];
const notBegun = ['draft', 'scheduled'];

/** Counters of campaigns: hourly while they run, once when they have ended, and then daily until they stand still. */
export function reportStream(workspace: Workspace): VisitStream {
  return {
    id: 'reports',
    what: 'the report of every active campaign',
    shape: 'visit',
    of: 'campaign',
    entity: 'campaign_report',
    everyMinutes: 60,
    atLeastMinutes: 6 * 60,
    runEveryMinutes: 10,
    refreshSlaMinutes: 120,
    share: 'first',
    isDue({ status, cursor, visitedAt }, now) {
      if (notBegun.includes(status ?? '')) return false;
      const { finals, settled }: ReportCursor = cursor;
      if (settled) return false;
      if (visitedAt === null) return true;
      const minutes = now.since(visitedAt).total('minutes');
      if (!ended.includes(status ?? '')) return minutes >= activeMinutes;
      return !finals || minutes >= endedHours * 60;
    },
    // Once it has been read after its end, what still trickles in is looked for daily, and is promised to nobody.
    holdsWatermark: ({ status, cursor }) => !ended.includes(status ?? '') || !(cursor as ReportCursor).finals,
    isUrgent: ({ status }) => !ended.includes(status ?? ''),
    async visit(pace, { id, status, cursor }) {
      try {
        const { body, sentAt } = await readAnswer(
          workspace,
          pace,
          { stream: 'reports', page: `campaign ${id}` },
          { path: `/crm/campaign/${encodeURIComponent(id)}/report` },
          campaignReport,
        );
        const values = reportValues({ ...body, campaign_id: id }, sentAt);
        return {
          sentAt,
          entity: 'campaign_report',
          partial: false,
          records: [values],
          cursor: nextCursor(cursor, JSON.stringify(body.metrics), ended.includes(status ?? '')),
          done: true,
          problems: [],
        };
      } catch (error) {
        if (!(error instanceof SourceError && error.failure === 'missing')) throw error;
        const settled: ReportCursor = { ...cursor, finals: 1, settled: ended.includes(status ?? '') };
        return {
          sentAt: pace.clock.now(),
          entity: 'campaign_report',
          partial: false,
          records: [],
          done: true,
          gone: true,
          problems: [],
          cursor: { ...settled },
        };
      }
    },
  };
}

function nextCursor(last: ReportCursor, counters: string, hasEnded: boolean) {
  if (!hasEnded) return { counters };
  const finals = (last.finals ?? 0) + 1;
  return { counters, finals, settled: finals >= mostFinals || (finals > 1 && last.counters === counters) };
}
