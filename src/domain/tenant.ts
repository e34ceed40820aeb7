/** One company's data and the calendar and shapes its numbers are shown in. */
export interface Tenant {
  tenantId: number;
  slug: string;
  name: string;
  /** IANA zone of every day, week and month. */
  timezone: string;
  /** ISO weekday the week starts on, 1 = Monday. */
  weekStart: number;
  /** BCP 47 tag. */
  locale: string;
  currency: string;
}
