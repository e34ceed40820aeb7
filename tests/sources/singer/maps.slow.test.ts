import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { aTenant, record, schema, type Tapped } from './tapping.ts';

/*
 * Records in the shapes that the taps' schemas and the vendors' documentation describe, written by hand and cut down to
 * what the maps read and a few fields around it.
 */
const database = useDatabase();
type Tenant = Awaited<ReturnType<typeof aTenant>>;
type Sample = Record<string, readonly object[]>;

/** Taps the sample into a tenant of its own, before the tests of the block. */
function useSample(name: string, sample: Sample): { tenant: () => Tenant; result: () => Tapped } {
  const holder: { tenant?: Tenant; result?: Tapped } = {};
  beforeAll(async () => {
    const map = readFileSync(path.join(import.meta.dirname, '../../../examples/maps', name), 'utf8');
    const lines = Object.entries(sample).flatMap(([stream, records]) => [
      schema(stream, []),
      ...records.map((values) => record(stream, values)),
    ]);
    holder.tenant = await aTenant(database.db);
    holder.result = await holder.tenant.tap(lines, { map, currency: 'EUR' });
  });
  return { tenant: () => holder.tenant!, result: () => holder.result! };
}

const taken = (records: number) => ({ records, rejected: 0, ignored: {}, notes: [] });
const unmappedOf = (result: Tapped) => result.entities.flatMap(({ unmapped }) => unmapped);

describe('the map of tap-zendesk', () => {
  const times = { created_at: '2026-01-05T08:00:00.000000Z', updated_at: '2026-01-06T09:30:00.000000Z' };
  const user = { phone: null, organization_id: null, default_group_id: null, role_type: null, active: true, ...times };
  const audit = { ticket_id: 35436, via: { channel: 'web' }, metadata: { system: {} } };
  const { tenant, result } = useSample('zendesk.yaml', {
    organizations: [{ id: 57542, name: 'Groablet Enterprises', domain_names: ['groablet.example'], ...times }],
    groups: [
      { id: 98738, name: 'Support', deleted: false, ...times },
      { id: 98739, name: 'Old', deleted: true, ...times },
    ],
    users: [
      {
        id: '235323',
        name: 'Ann Agent',
        email: 'ann@crew.example',
        role: 'agent',
        ...user,
        role_type: 1,
        default_group_id: 98738,
      },
      { id: '235324', name: 'Adam Admin', email: 'adam@crew.example', role: 'admin', ...user, active: false },
      {
        id: '20978392',
        name: 'Rita Requester',
        email: 'rita@groablet.example',
        role: 'end-user',
        ...user,
        organization_id: 57542,
      },
      { id: '20978393', name: 'Gone', email: null, role: 'end-user', ...user, active: false },
    ],
    tickets: [
      {
        ...{
          id: 35436,
          url: 'https://crew.example/api/v2/tickets/35436.json',
          subject: 'Printer on fire',
          type: 'incident',
        },
        ...{ priority: 'urgent', status: 'hold', requester_id: 20978392, submitter_id: 20978392, assignee_id: 235323 },
        ...{
          organization_id: 57542,
          group_id: 98738,
          via: { channel: 'email', source: { from: {}, to: {}, rel: null } },
        },
        ...{ tags: ['fire'], custom_fields: [{ id: 27642, value: '745' }], satisfaction_rating: null, ...times },
      },
      { id: 35437, priority: null, status: 'deleted', via: { channel: 'web' }, type: null, ...times },
    ],
    ticket_metrics: [
      {
        ...{ id: '33', ticket_id: 35436, reopens: 2, replies: 1, assignee_stations: 1, group_stations: 1 },
        ...{
          reply_time_in_minutes: { calendar: 90, business: 30 },
          solved_at: '2026-01-06T09:00:00.000000Z',
          ...times,
        },
      },
    ],
    ticket_audits: [
      {
        ...{ id: 1, author_id: 20978392, created_at: '2026-01-05T08:00:00.000000Z', ...audit },
        events: [
          { id: 101, type: 'Create', field_name: 'status', value: 'new' },
          { id: 102, type: 'Comment', public: true, body: 'It burns', author_id: 20978392 },
          { id: 103, type: 'Notification', subject: 'Received', body: 'We have got it' },
        ],
      },
      {
        ...{ id: 2, author_id: 235323, created_at: '2026-01-05T09:30:00.000000Z', ...audit },
        events: [
          { id: 201, type: 'Change', field_name: 'status', value: 'hold', previous_value: 'new' },
          { id: 202, type: 'Change', field_name: 'priority', value: 'urgent', previous_value: 'normal' },
          { id: 203, type: 'Change', field_name: 'assignee_id', value: '235323', previous_value: null },
          { id: 204, type: 'Change', field_name: 'tags', value: ['fire'], previous_value: [] },
          { id: 205, type: 'Comment', public: false, body: 'Vendor asked', author_id: 235323 },
          { id: 206, type: 'Change', field_name: 'group_id', value: '98738', previous_value: '98739' },
        ],
      },
    ],
    satisfaction_ratings: [
      {
        ...{ id: '62', assignee_id: 235323, group_id: 98738, requester_id: 20978392, ticket_id: 35436 },
        ...{ score: 'good', comment: 'Awesome support!', reason: null, ...times },
      },
      {
        id: '63',
        assignee_id: null,
        group_id: null,
        requester_id: 20978392,
        ticket_id: 35437,
        score: 'offered',
        ...times,
      },
    ],
  });

  test('takes every record there is an entity for', async () => {
    expect(result()).toMatchObject({ ...taken(14), deleted: 0 });
    expect(unmappedOf(result())).toEqual([]);
    expect(await tenant().stored('account', 'id, name, created_at::text')).toEqual([
      { id: '57542', name: 'Groablet Enterprises', created_at: '2026-01-05 08:00:00+00' },
    ]);
    expect(await tenant().stored('team', 'id, name')).toEqual([{ id: '98738', name: 'Support' }]);
    expect(await tenant().stored('operator', 'id, name, role, type, team_id, active')).toEqual([
      { id: '235323', name: 'Ann Agent', role: 'agent', type: 'lite', team_id: '98738', active: true },
      { id: '235324', name: 'Adam Admin', role: 'admin', type: null, team_id: null, active: false },
    ]);
    expect(await tenant().stored('contact', 'id, name, account_id')).toEqual([
      { id: '20978392', name: 'Rita Requester', account_id: '57542' },
    ]);
  });

  test('makes one ticket of a ticket and its metrics', async () => {
    expect(
      await tenant().stored(
        'ticket',
        'id, priority, status, channel, category, operator_id, team_id, account_id, contact_id, reopened_count, first_response_at::text, resolved_at::text',
      ),
    ).toEqual([
      {
        ...{ id: '35436', priority: 'critical', status: 'on-hold', channel: 'email', category: 'incident' },
        ...{ operator_id: '235323', team_id: '98738', account_id: '57542', contact_id: '20978392', reopened_count: 2 },
        ...{ first_response_at: '2026-01-05 09:30:00+00', resolved_at: '2026-01-06 09:00:00+00' },
      },
    ]);
  });

  test('makes events of what audits changed, and answers of ratings', async () => {
    const at = '2026-01-05 09:30:00+00';
    expect(await tenant().stored('ticket_event', 'id, ticket_id, at::text, kind, old, new, operator_id')).toEqual([
      { id: '201', ticket_id: '35436', at, kind: 'status', old: 'new', new: 'on-hold', operator_id: null },
      { id: '202', ticket_id: '35436', at, kind: 'priority', old: 'medium', new: 'critical', operator_id: null },
      { id: '203', ticket_id: '35436', at, kind: 'assignee', old: null, new: '235323', operator_id: null },
      { id: '205', ticket_id: '35436', at, kind: 'internal_note', old: null, new: null, operator_id: '235323' },
      { id: '206', ticket_id: '35436', at, kind: 'team', old: '98739', new: '98738', operator_id: null },
    ]);
    expect(
      await tenant().stored('survey', 'id, kind, score, answered_at::text, operator_id, ticket_id, comment'),
    ).toEqual([
      {
        ...{ id: '62', kind: 'csat', score: 5, answered_at: '2026-01-06 09:30:00+00' },
        ...{ operator_id: '235323', ticket_id: '35436', comment: 'Awesome support!' },
      },
    ]);
  });
});

describe('the map of tap-hubspot', () => {
  const property = (value: unknown) => ({
    value,
    timestamp: '2026-02-01T10:00:00.000000Z',
    source: 'CRM_UI',
    sourceId: null,
  });
  const properties = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`property_${name}`, property(value)]));
  const times = { createdate: '2026-02-01T10:00:00.000000Z', hs_lastmodifieddate: '2026-02-03T10:00:00.000000Z' };
  const { tenant, result } = useSample('hubspot.yaml', {
    companies: [
      {
        portalId: 62515,
        companyId: 8800000,
        ...properties({ name: 'Biglytics', domain: 'biglytics.example', ...times }),
      },
    ],
    owners: [
      {
        ...{
          id: '10420865',
          email: 'holly@crew.example',
          firstName: 'Holly',
          lastName: 'Flax',
          userId: 7,
          archived: false,
        },
        ...{ createdAt: '2025-01-01T00:00:00.000000Z', updatedAt: '2026-01-01T00:00:00.000000Z', teams: [] },
      },
    ],
    contacts: [
      {
        ...{
          vid: 204727,
          'canonical-vid': 204727,
          'is-contact': true,
          'associated-company': { 'company-id': 8800000 },
        },
        ...properties({
          firstname: 'Bryan',
          lastname: 'Cooper',
          email: 'bryan@biglytics.example',
          phone: '+1 415 555 0132',
        }),
        ...properties({ lifecyclestage: 'lead', hs_analytics_source: 'ORGANIC_SEARCH', createdate: times.createdate }),
        ...properties({ lastmodifieddate: '1770112800000' }),
      },
    ],
    deals: [
      {
        ...{ portalId: 62515, dealId: 46789043, isDeleted: false },
        associations: { associatedVids: [204727, 204728], associatedCompanyIds: [8800000], associatedDealIds: [] },
        ...properties({
          dealname: 'Big one',
          amount: 19090.5,
          dealstage: 'contractsent',
          hubspot_owner_id: '10420865',
          ...times,
        }),
        ...properties({ closedate: '2026-06-30T00:00:00.000000Z', hs_is_closed: 'false', hs_is_closed_won: 'false' }),
      },
      {
        ...{ portalId: 62515, dealId: 46789044, associations: { associatedVids: [], associatedCompanyIds: [] } },
        ...properties({ amount: '1500', dealstage: '9567448', hubspot_owner_id: '10420865', ...times }),
        ...properties({ closedate: '2026-02-02T12:00:00.000000Z', hs_is_closed: 'true', hs_is_closed_won: 'true' }),
      },
      {
        ...{ portalId: 62515, dealId: 46789045, associations: null },
        ...properties({ amount: null, dealstage: 'closedlost', hubspot_owner_id: null, ...times }),
        ...properties({ closedate: '1770033600000', hs_is_closed: 'true', hs_is_closed_won: 'false' }),
      },
    ],
    tickets: [
      {
        ...{
          id: 1300000,
          createdAt: '2026-02-01T10:00:00.000000Z',
          updatedAt: '2026-02-03T10:00:00.000000Z',
          archived: false,
        },
        properties: {
          ...{
            subject: 'Help',
            hs_pipeline: 0,
            hs_pipeline_stage: 4,
            hs_ticket_priority: 'HIGH',
            hs_ticket_category: 'BILLING_ISSUE',
          },
          ...{ first_agent_reply_date: '2026-02-01T10:30:00.000000Z', closed_date: '2026-02-03T10:00:00.000000Z' },
          ...{ hubspot_owner_id: '10420865', source_type: 'EMAIL' },
        },
        associations: {
          companies: { results: [{ id: 8800000, type: 'ticket_to_company' }] },
          contacts: { results: [{ id: 204727, type: 'ticket_to_contact' }] },
        },
      },
      {
        id: 1300001,
        createdAt: '2026-02-01T10:00:00.000000Z',
        updatedAt: '2026-02-04T10:00:00.000000Z',
        archived: true,
      },
    ],
  });

  test('takes owners, companies and contacts', async () => {
    expect(result()).toMatchObject(taken(8));
    expect(unmappedOf(result())).toEqual([]);
    expect(await tenant().stored('account', 'id, name')).toEqual([{ id: '8800000', name: 'Biglytics' }]);
    expect(await tenant().stored('operator', 'id, name, email, active')).toEqual([
      { id: '10420865', name: 'Holly Flax', email: 'holly@crew.example', active: true },
    ]);
    expect(
      await tenant().stored('contact', 'id, name, phone, country, account_id, segment, origin, updated_at::text'),
    ).toEqual([
      {
        ...{ id: '204727', name: 'Bryan Cooper', phone: '+1 415 555 0132', country: 'US', account_id: '8800000' },
        ...{ segment: 'lead', origin: 'ORGANIC_SEARCH', updated_at: '2026-02-03 10:00:00+00' },
      },
    ]);
  });

  test('makes opportunities of deals: only closed ones have a day of closing', async () => {
    expect(
      await tenant().stored(
        'opportunity',
        'id, status, stage, amount_minor, operator_id, contact_id, account_id, closed_at::text',
      ),
    ).toEqual([
      {
        ...{ id: '46789043', status: 'open', stage: 'contractsent', amount_minor: 1_909_050, operator_id: '10420865' },
        ...{ contact_id: '204727', account_id: '8800000', closed_at: null },
      },
      {
        ...{ id: '46789044', status: 'won', stage: '9567448', amount_minor: 150_000, operator_id: '10420865' },
        ...{ contact_id: null, account_id: null, closed_at: '2026-02-02 12:00:00+00' },
      },
      {
        ...{ id: '46789045', status: 'lost', stage: 'closedlost', amount_minor: null, operator_id: null },
        ...{ contact_id: null, account_id: null, closed_at: '2026-02-02 12:00:00+00' },
      },
    ]);
  });

  test('takes tickets, but for archived ones', async () => {
    expect(
      await tenant().stored(
        'ticket',
        'id, status, priority, channel, category, operator_id, account_id, contact_id, first_response_at::text, closed_at::text',
      ),
    ).toEqual([
      {
        ...{ id: '1300000', status: 'closed', priority: 'high', channel: 'EMAIL', category: 'BILLING_ISSUE' },
        ...{ operator_id: '10420865', account_id: '8800000', contact_id: '204727' },
        ...{ first_response_at: '2026-02-01 10:30:00+00', closed_at: '2026-02-03 10:00:00+00' },
      },
    ]);
  });
});

describe('the map of tap-intercom', () => {
  const times = { created_at: '2026-03-01T07:00:00.000000Z', updated_at: '2026-03-02T07:00:00.000000Z' };
  const conversation = {
    ...{ type: 'conversation', open: true, read: true, priority: 'not_priority', conversation_rating: null, ...times },
    contacts: [{ type: 'contact', id: '5ba682d2' }],
    statistics: { first_admin_reply_at: '2026-03-01T07:10:00.000000Z', last_close_at: '2026-03-02T06:00:00.000000Z' },
    ...{ admin_assignee_id: 814860, team_assignee_id: 5017691 },
  };
  const source = (id: string, type: string, author: string) => ({
    ...{
      type: 'conversation',
      id,
      delivered_as: 'customer_initiated',
      subject: '',
      body: '<p>Hi</p>',
      attachments: [],
    },
    author: { type, id: author, name: 'x', email: 'x@example.com' },
  });
  const said = (
    id: string,
    type: string,
    author: string,
    part_type = 'comment',
    body: string | null = '<p>Yes</p>',
  ) => ({
    ...{ type: 'conversation_part', id, part_type, body, conversation_id: '147', author: { type, id: author } },
    ...{ created_at: '2026-03-01T07:10:00.000000Z', updated_at: '2026-03-01T07:10:00.000000Z', attachments: [] },
  });
  const { tenant, result } = useSample('intercom.yaml', {
    companies: [{ type: 'company', id: '531ee472', company_id: '6', name: 'Blue Sun', monthly_spend: 0, ...times }],
    teams: [{ type: 'team', id: 5017691, name: 'First line', admin_ids: [814860] }],
    admins: [
      {
        ...{ type: 'admin', id: 814860, name: 'Hoban Washburne', email: 'wash@crew.example', has_inbox_seat: true },
        ...{ team_ids: [5017691], away_mode_enabled: false, job_title: 'Pilot' },
      },
      { type: 'team', id: 5017691, name: 'First line', admin_ids: [814860] },
    ],
    contacts: [
      {
        ...{ type: 'contact', id: '5ba682d2', role: 'user', name: 'Zoe', email: 'zoe@bluesun.example', phone: null },
        ...{
          location: { type: 'location', country: 'Indonesia', country_code: 'IDN' },
          companies: [{ id: '531ee472' }],
          ...times,
        },
      },
    ],
    conversations: [
      { id: '147', state: 'open', source: source('m1', 'user', '5ba682d2'), ...conversation },
      {
        ...{ id: '148', ...conversation, state: 'closed', source: source('m2', 'admin', '814860') },
        conversation_rating: {
          ...{ rating: 4, remark: 'Quick', created_at: '2026-03-02T06:30:00.000000Z' },
          ...{ teammate: { type: 'admin', id: 814860 }, contact: { type: 'contact', id: '5ba682d2' } },
        },
      },
      { id: '149', ...conversation, state: 'snoozed', source: source('m3', 'bot', '1') },
    ],
    conversation_parts: [
      said('p1', 'admin', '814860'),
      said('p2', 'user', '5ba682d2'),
      said('p3', 'bot', '1'),
      said('p4', 'admin', '814860', 'note'),
      said('p5', 'admin', '814860', 'assignment', null),
      said('p6', 'admin', '814860', 'close', '<p>Bye</p>'),
    ],
  });

  test('takes companies, teams, admins and contacts', async () => {
    expect(result()).toMatchObject(taken(14));
    expect(unmappedOf(result())).toEqual([]);
    expect(await tenant().stored('account', 'id, name')).toEqual([{ id: '531ee472', name: 'Blue Sun' }]);
    expect(await tenant().stored('team', 'id, name')).toEqual([{ id: '5017691', name: 'First line' }]);
    expect(await tenant().stored('operator', 'id, name, type, team_id')).toEqual([
      { id: '814860', name: 'Hoban Washburne', type: 'regular', team_id: '5017691' },
    ]);
    expect(await tenant().stored('contact', 'id, name, country, segment, account_id')).toEqual([
      { id: '5ba682d2', name: 'Zoe', country: 'IDN', segment: 'user', account_id: '531ee472' },
    ]);
  });

  test('makes conversations, messages and answers', async () => {
    expect(
      await tenant().stored(
        'conversation',
        'id, contact_id, channel, status, started_at::text, closed_at::text, operator_id, team_id',
      ),
    ).toEqual(
      [
        ['147', 'unhandled', null],
        ['148', 'resolved', '2026-03-02 06:00:00+00'],
        ['149', 'handled', null],
      ].map(([id, status, closed_at]) => ({
        ...{ id, contact_id: '5ba682d2', channel: 'conversation', status, started_at: '2026-03-01 07:00:00+00' },
        ...{ closed_at, operator_id: '814860', team_id: '5017691' },
      })),
    );
    const messages = await tenant().stored(
      'message',
      'id, conversation_id, direction, sender_kind, operator_id, contact_id, type, text, sent_at::text',
    );
    expect(
      messages.map(({ id, conversation_id, direction, sender_kind }) => [id, conversation_id, direction, sender_kind]),
    ).toEqual([
      ['m1', '147', 'inbound', 'contact'],
      ['m2', '148', 'outbound', 'operator'],
      ['m3', '149', 'outbound', 'bot'],
      ['p1', '147', 'outbound', 'operator'],
      ['p2', '147', 'inbound', 'contact'],
      ['p3', '147', 'outbound', 'bot'],
      ['p6', '147', 'outbound', 'operator'],
    ]);
    expect(messages[3]).toMatchObject({
      ...{ operator_id: '814860', type: 'comment', text: '<p>Yes</p>', sent_at: '2026-03-01 07:10:00+00' },
    });
    expect(
      await tenant().stored('survey', 'id, kind, score, answered_at::text, operator_id, contact_id, comment'),
    ).toEqual([
      {
        ...{ id: '148', kind: 'csat', score: 4, answered_at: '2026-03-02 06:30:00+00' },
        ...{ operator_id: '814860', contact_id: '5ba682d2', comment: 'Quick' },
      },
    ]);
  });
});

describe('the map of tap-salesforce', () => {
  const times = {
    CreatedDate: '2026-04-01T08:00:00.000000Z',
    SystemModstamp: '2026-04-05T08:00:00.000000Z',
    IsDeleted: false,
  };
  const opportunity = { OwnerId: '005A', AccountId: '001A', ContactId: null, StageName: 'Prospecting', ...times };
  const { tenant, result } = useSample('salesforce.yaml', {
    Account: [
      { Id: '001A', Name: 'Edge Communications', Industry: 'Electronics', ...times },
      { Id: '001B', Name: 'Gone', ...times, IsDeleted: true },
    ],
    User: [
      {
        Id: '005A',
        Name: 'Lauren Boyle',
        Email: 'lauren@crew.example',
        IsActive: true,
        UserType: 'Standard',
        ...times,
      },
      {
        Id: '005B',
        Name: 'Automated Process',
        Email: 'a@crew.example',
        IsActive: true,
        UserType: 'AutomatedProcess',
        ...times,
      },
    ],
    Contact: [
      {
        ...{ Id: '003A', Name: 'Rose Gonzalez', Email: 'rose@edge.example', Phone: '+49 30 901820', AccountId: '001A' },
        ...{ LeadSource: 'Web', ...times },
      },
    ],
    Lead: [
      {
        ...{
          Id: '00QA',
          Name: 'Kristen Akin',
          Status: 'Working - Contacted',
          OwnerId: '005A',
          LeadSource: 'Web',
          IsConverted: false,
        },
        ...{ ConvertedDate: null, ConvertedAccountId: null, ConvertedContactId: null, ...times },
      },
      {
        ...{
          Id: '00QB',
          Name: 'Bertha Boxer',
          Status: 'Closed - Converted',
          OwnerId: '005A',
          LeadSource: null,
          IsConverted: true,
        },
        ...{
          ConvertedDate: '2026-04-04T00:00:00.000000Z',
          ConvertedAccountId: '001A',
          ConvertedContactId: '003A',
          ...times,
        },
      },
      {
        Id: '00QC',
        Name: 'Own',
        Status: 'Called twice',
        OwnerId: '005A',
        LeadSource: null,
        IsConverted: false,
        ...times,
      },
    ],
    Opportunity: [
      {
        Id: '006A',
        Amount: 20000.5,
        IsClosed: false,
        IsWon: false,
        CloseDate: '2026-12-31T00:00:00.000000Z',
        ...opportunity,
      },
      {
        ...{
          Id: '006B',
          Amount: 35000,
          IsClosed: true,
          IsWon: true,
          CloseDate: '2026-04-03T00:00:00.000000Z',
          ...opportunity,
        },
        ...{ StageName: 'Closed Won', ContactId: '003A' },
      },
      { Id: '006C', Amount: null, IsClosed: true, IsWon: false, CloseDate: '2026-04-02', ...opportunity },
    ],
    Case: [
      {
        ...{ Id: '500A', Status: 'Escalated', Priority: 'High', Origin: 'Phone', Type: 'Mechanical', OwnerId: '005A' },
        ...{ AccountId: '001A', ContactId: '003A', ClosedDate: null, ...times },
      },
    ],
  });

  test('takes users, accounts and contacts', async () => {
    expect(result()).toMatchObject(taken(12));
    expect(await tenant().stored('account', 'id, name')).toEqual([{ id: '001A', name: 'Edge Communications' }]);
    expect(await tenant().stored('operator', 'id, name, active')).toEqual([
      { id: '005A', name: 'Lauren Boyle', active: true },
    ]);
    expect(await tenant().stored('contact', 'id, name, account_id, origin, country')).toEqual([
      { id: '003A', name: 'Rose Gonzalez', account_id: '001A', origin: 'Web', country: 'DE' },
    ]);
  });

  test('takes leads, a status of its own as unmapped', async () => {
    expect(await tenant().stored('lead', 'id, stage, status, qualified_at::text, account_id, operator_id')).toEqual([
      {
        id: '00QA',
        stage: 'lead',
        status: 'Working - Contacted',
        qualified_at: null,
        account_id: null,
        operator_id: '005A',
      },
      {
        ...{ id: '00QB', stage: 'opportunity', status: 'Closed - Converted', qualified_at: '2026-04-04 00:00:00+00' },
        ...{ account_id: '001A', operator_id: '005A' },
      },
      {
        id: '00QC',
        stage: 'unmapped',
        status: 'Called twice',
        qualified_at: null,
        account_id: null,
        operator_id: '005A',
      },
    ]);
    expect(unmappedOf(result())).toEqual([{ field: 'stage', value: 'Called twice', rows: 1 }]);
  });

  test('takes opportunities and cases', async () => {
    expect(
      await tenant().stored('opportunity', 'id, status, stage, amount_minor, closed_at::text, contact_id'),
    ).toEqual([
      { id: '006A', status: 'open', stage: 'Prospecting', amount_minor: 2_000_050, closed_at: null, contact_id: null },
      {
        ...{ id: '006B', status: 'won', stage: 'Closed Won', amount_minor: 3_500_000 },
        ...{ closed_at: '2026-04-03 00:00:00+00', contact_id: '003A' },
      },
      {
        id: '006C',
        status: 'lost',
        stage: 'Prospecting',
        amount_minor: null,
        closed_at: '2026-04-02 00:00:00+00',
        contact_id: null,
      },
    ]);
    expect(await tenant().stored('ticket', 'id, status, priority, channel, category, closed_at, contact_id')).toEqual([
      {
        ...{ id: '500A', status: 'open', priority: 'high', channel: 'Phone', category: 'Mechanical' },
        ...{ closed_at: null, contact_id: '003A' },
      },
    ]);
  });
});
