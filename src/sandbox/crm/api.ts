import type { IncomingMessage, ServerResponse } from 'node:http';
import { isoTime } from '../company/company.ts';
import { isObject, type Json } from '../json.ts';
import type { Answers, Page, Search } from './answers.ts';
import type { CrmFault, CrmFaults } from './faults.ts';
import type { Meter, Quota } from './quota.ts';

export interface ApiOptions {
  answers: Answers;
  faults: CrmFaults;
  meter: Meter;
  quota: Quota;
  /** The keys accepted now; none after a revocation. */
  apiKey(): string | undefined;
  /** Epoch seconds. */
  now(): number;
  /** Told of every call, for tests and measurements. */
  called(path: string, status: number): void;
}

interface Answer {
  status: number;
  body: Json;
}

/** Answers one call as the CRM would, with whatever was planned to go wrong. */
export async function handleCall(api: ApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const now = api.now();
  const fault = api.faults.take(url.pathname);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'lost-answer') return void response.destroy();

  const reading = api.meter.count(now);
  const skew = fault?.kind === 'skew' ? fault.seconds : 0;
  response.sendDate = false;
  response.setHeader('date', httpDate(now + skew));
  response.setHeader('x-ratelimit-limit', reading.limit);
  response.setHeader('x-ratelimit-remaining', reading.remaining);
  response.setHeader('x-ratelimit-reset', reading.reset + skew);

  const send = (status: number, text: string, type = 'application/json; charset=utf-8') => {
    api.called(`${url.pathname}${url.search}`, status);
    response.writeHead(status, { 'content-type': type });
    response.end(text);
  };
  if (fault?.kind === 'html') return send(200, gatewayPage, 'text/html; charset=utf-8');
  if (!reading.allowed || fault?.kind === 'too-many') {
    const wait = fault?.kind === 'too-many' ? fault.retryAfterSeconds : Math.ceil(reading.reset - now);
    const says = fault?.kind === 'too-many' || (api.quota.retryAfter ?? true);
    if (wait !== undefined && says) response.setHeader('retry-after', wait);
    return send(429, JSON.stringify({ success: false, developer_message: 'too many calls' }));
  }
  if (fault?.kind === 'status') return send(fault.status, JSON.stringify(internal.body));

  const answer = isAllowed(api, request) ? dispatch(api, request, url, now, fault) : badKey;
  const text = JSON.stringify(disguised(answer, fault));
  send(answer.status, fault?.kind === 'truncated' ? text.slice(0, Math.floor(text.length * 0.6)) : text);
}

const badKey: Answer = { status: 401, body: { success: false, developer_message: 'key not accepted' } };
const internal: Answer = {
  status: 500,
  body: { success: false, error: { code: 'INTERNAL_ERROR', message: 'something went wrong' } },
};
const gatewayPage =
  '<!doctype html><html><head><title>One moment</title></head><body><h1>Checking your browser</h1></body></html>';

/** 404 has been described in both shapes: which one depends on the identifier. */
function unknown(id: string): Answer {
  const message = 'nothing under this identifier';
  const body = id.length % 2 === 0 ? { error: { code: 'NOT_FOUND', message } } : { developer_message: message };
  return { status: 404, body: { success: false, ...body } };
}

function refused(details: { field: string; message: string }[]): Answer {
  const error = { code: 'VALIDATION_ERROR', message: 'a parameter was refused', details };
  return { status: 422, body: { success: false, error } };
}

function isAllowed(api: ApiOptions, request: IncomingMessage): boolean {
  const key = api.apiKey();
  return key !== undefined && request.headers['api-key'] === key;
}

function dispatch(
  api: ApiOptions,
  request: IncomingMessage,
  { pathname, searchParams }: URL,
  now: number,
  fault: CrmFault | undefined,
): Answer {
  const { answers } = api;
  const found = (id: string, body: Json | undefined): Answer => (body ? { status: 200, body } : unknown(id));
  const ok = (body: Json): Answer => ({ status: 200, body });
  if (request.method !== 'GET') return unknown(pathname);
  if (pathname === '/crm/chat') return ok(answers.contacts(now, pageOf(searchParams, 20, fault)));
  if (pathname === '/crm/chat/search') {
    const search = searchOf(searchParams);
    return Array.isArray(search) ? refused(search) : ok(answers.contactsMatching(now, search));
  }
  if (pathname === '/crm/setting/custom-field') return ok(answers.fieldDefinitions());
  if (pathname === '/crm/campaign') return ok(answers.campaigns(now));
  const id = (pattern: RegExp) => {
    const match = pattern.exec(pathname)?.[1];
    return match === undefined ? undefined : decodeURIComponent(match);
  };
  const ofFields = id(/^\/crm\/chat\/setting\/([^/]+)\/custom-field$/);
  if (ofFields !== undefined) return found(ofFields, answers.fieldValues(now, ofFields));
  const ofMessages = id(/^\/crm\/chat\/([^/]+)\/messages$/);
  if (ofMessages !== undefined) {
    const order = searchParams.get('sort') === 'oldest' ? 'oldest' : 'newest';
    return found(ofMessages, answers.messages(now, ofMessages, pageOf(searchParams, 50, fault), order));
  }
  const ofReport = id(/^\/crm\/campaign\/([^/]+)\/report$/);
  if (ofReport !== undefined) return found(ofReport, answers.report(now, ofReport));
  return unknown(pathname);
}

/** Anything that is not a number from 1 is the default, and more than 100 is 100: the CRM does not refuse pages. */
function pageOf(params: URLSearchParams, defaultLimit: number, fault: CrmFault | undefined): Page {
  const whole = (name: string, fallback: number) => {
    const value = Number(params.get(name) ?? fallback);
    return Number.isInteger(value) && value >= 1 ? value : fallback;
  };
  const limit = Math.min(100, whole('limit', defaultLimit));
  const shift = fault?.kind === 'shifted-page' ? (fault.by ?? 1) : fault?.kind === 'duplicate-page' ? limit : 0;
  return { page: whole('page', 1), limit, shift };
}

const searchFields = ['email', 'whatsapp_number', 'name'] as const;
const conditions = ['contains', 'equal to', 'starts with', 'ends with'] as const;

function searchOf(params: URLSearchParams): Search | { field: string; message: string }[] {
  const field = searchFields.find((name) => name === params.get('search_field'));
  const condition = conditions.find((name) => name === params.get('condition'));
  const value = params.get('search_value');
  const message = 'not one of the allowed values';
  const wrong = [
    ...(field === undefined ? [{ field: 'search_field', message }] : []),
    ...(value === null || value === '' ? [{ field: 'search_value', message: 'must not be empty' }] : []),
    ...(condition === undefined ? [{ field: 'condition', message }] : []),
  ];
  return field && condition && value ? { field, condition, value } : wrong;
}

/** The answer as a fault that leaves it readable changes it. */
function disguised({ status, body }: Answer, fault: CrmFault | undefined): Json {
  if (status !== 200) return body;
  if (fault?.kind === 'not-success') return { success: false, developer_message: 'please try again later' };
  if (fault?.kind === 'skew') return mapValues(body, (key, value) => skewed(key, value, fault.seconds)) as Json;
  if (fault?.kind === 'drift') return mapValues(body, drifted) as Json;
  return body;
}

const timeKeys = new Set(['created_at', 'scheduled_at', 'timestamp']);

function skewed(key: string, value: unknown, seconds: number): unknown {
  if (!timeKeys.has(key) || typeof value !== 'string') return value;
  return isoTime(Temporal.Instant.from(value).epochMilliseconds / 1000 + seconds);
}

/** A later version of the CRM: a status nobody has heard of, a field renamed, one that is not told any more. */
function drifted(key: string, value: unknown): unknown {
  if (key === 'status') return value === 'completed' || value === 'read' ? 'archived' : value;
  if (key === 'type' || key === 'field_type' || key === 'name') return undefined;
  return value;
}

function mapValues(value: unknown, change: (key: string, value: unknown) => unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => mapValues(one, change, key));
  if (!isObject(value)) return change(key, value);
  const entries = Object.entries(value).map(([name, one]) => [name, mapValues(one, change, name)] as const);
  const known = Object.fromEntries(entries.filter(([, one]) => one !== undefined));
  return change === drifted && 'chat_id' in value ? { ...known, loyalty: { tier: 'gold' } } : known;
}

/** RFC 9110, which is what `Date` headers are written in. */
function httpDate(epochSeconds: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochSeconds) * 1000).toZonedDateTimeISO('UTC');
  const two = (value: number) => String(value).padStart(2, '0');
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return `${days[at.dayOfWeek - 1]}, ${two(at.day)} ${months[at.month - 1]} ${at.year} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} GMT`;
}
