import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { get, moment, startCrm } from './harness.ts';

const file = path.join(import.meta.dirname, '../../../../shared/reference/crm-api.openapi.yaml');

type Node = Record<string, unknown>;

/** Knows whether an answer is one of those the description has for the operation and status. */
function loadDescription() {
  const document = parse(readFileSync(file, 'utf8'), { merge: true }) as Node;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(forAjv(document) as Node, 'crm');
  const operations = document.paths as Record<string, { get: { responses: Node } }>;
  const validate = (operation: string, status: number, body: unknown): string[] => {
    const responses = operations[operation]!.get.responses;
    const given = responses[String(status)] as { $ref?: string } | undefined;
    if (!given) return [`${operation} is not described with status ${status}`];
    const pointer = given.$ref
      ? given.$ref.slice(1)
      : `/paths/${operation.replaceAll('/', '~1')}/get/responses/${status}`;
    const check = ajv.getSchema(encodeURI(`crm#${pointer}/content/application~1json/schema`));
    if (!check) return [`nothing at ${pointer}`];
    return check(body) ? [] : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
  return { validate, operations: Object.keys(operations) };
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type `null`. */
function forAjv(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forAjv);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, forAjv(value)]));
  return nullable === true ? { ...rest, type: [rest.type, 'null'] } : rest;
}

describe.skipIf(!existsSync(file))(
  'the simulated CRM against its description (skipped where ../shared is absent)',
  () => {
    const { validate, operations } = existsSync(file) ? loadDescription() : { validate: () => [], operations: [] };

    test('answers every operation as described, in every shape it has', async () => {
      const { crm, clock } = await startCrm();
      const seen = new Set<string>();
      const check = async (operation: string, at: string, status = 200, key?: string) => {
        const reply = await get(crm, at, key);
        expect(reply.status, at).toBe(status);
        expect(validate(operation, status, reply.body), `${at}: ${reply.text.slice(0, 300)}`).toEqual([]);
        for (const header of ['limit', 'remaining', 'reset'])
          expect(Number(reply.headers.get(`x-ratelimit-${header}`)), at).toBeGreaterThan(0);
        seen.add(`${operation} ${status}`);
        return reply.body;
      };

      const contacts: { chat_id: string; email?: string | null; created_at?: string }[] = [];
      for (let page = 1; page < 5; page++) {
        const body = await check('/crm/chat', `/crm/chat?page=${page}&limit=20`);
        contacts.push(...body.data);
      }
      expect(contacts.length).toBeGreaterThan(25);
      expect(contacts.filter((contact) => contact.created_at === undefined).length).toBeGreaterThan(0);
      expect(new Set(contacts.map(({ email }) => (typeof email === 'string' ? 'text' : String(email))))).toEqual(
        new Set(['text', 'null', 'undefined']),
      );
      const types = new Set<string>();
      const statuses = new Set<string>();
      let outbound = { chat: '', at: '' };
      for (const { chat_id: id } of contacts) {
        await check('/crm/chat/setting/{chat_id}/custom-field', `/crm/chat/setting/${id}/custom-field`);
        const { data } = await check('/crm/chat/{chat_id}/messages', `/crm/chat/${id}/messages?limit=100&sort=oldest`);
        for (const { type, status, direction, timestamp } of data.messages) {
          types.add(type);
          statuses.add(status);
          if (direction === 'outbound') outbound = { chat: id, at: timestamp };
        }
      }
      // Sent, and nothing more yet: it takes a second at least.
      clock.set(Temporal.Instant.from(outbound.at).add({ milliseconds: 500 }));
      const fresh = await check('/crm/chat/{chat_id}/messages', `/crm/chat/${outbound.chat}/messages`);
      statuses.add(fresh.data.messages[0].status);
      clock.set(moment);
      expect(types).toEqual(new Set(['text', 'image', 'document', 'audio', 'video', 'template']));
      expect(statuses).toEqual(new Set(['sent', 'delivered', 'read', 'received', 'failed']));
      await check('/crm/setting/custom-field', '/crm/setting/custom-field');
      const search = '/crm/chat/search?search_field=name&search_value=a&condition=';
      for (const condition of ['contains', 'equal to', 'starts with', 'ends with'])
        await check('/crm/chat/search', `${search}${encodeURIComponent(condition)}`);
      await check('/crm/chat/search', `${search}like`, 422);

      const campaigns = await check('/crm/campaign', '/crm/campaign');
      const layouts = new Set<boolean>();
      for (const { campaign_id: id } of campaigns.data) {
        const report = await check('/crm/campaign/{campaign_id}/report', `/crm/campaign/${id}/report`);
        layouts.add('data' in report);
      }
      expect(layouts).toEqual(new Set([true, false]));

      const shapes = new Set<boolean>();
      for (const id of ['c-99999', 'c-999999']) {
        await check('/crm/chat/setting/{chat_id}/custom-field', `/crm/chat/setting/${id}/custom-field`, 404);
        const body = await check('/crm/chat/{chat_id}/messages', `/crm/chat/${id}/messages`, 404);
        shapes.add('error' in body);
        await check('/crm/campaign/{campaign_id}/report', `/crm/campaign/${id}/report`, 404);
      }
      expect(shapes).toEqual(new Set([true, false]));

      for (const operation of operations) {
        const at = operation.replace('{chat_id}', contacts[0]!.chat_id).replace('{campaign_id}', 'k-001');
        await check(operation, at, 401, 'another key');
        crm.faults.plan({ kind: 'status', status: 500 });
        await check(operation, at, 500);
      }
      expect(seen.size).toBe(operations.length * 3 + 1 + 3);
    });

    test('is checked by something that notices: a wrong type, a missing key, an unknown status', () => {
      expect(
        validate('/crm/campaign', 200, { success: true, data: [{ campaign_id: 7, name: 'x', status: 'draft' }] }),
      ).not.toEqual([]);
      expect(validate('/crm/chat', 200, { success: true, data: [{}] })).not.toEqual([]);
      expect(validate('/crm/chat', 418, { success: false })).not.toEqual([]);
      expect(
        validate('/crm/campaign', 200, { success: true, data: [{ campaign_id: 'k', name: 'x', status: 'odd' }] }),
      ).not.toEqual([]);
    });
  },
);
