import { describe, expect, test } from 'vitest';
import { executive, general } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, type Company, hasImage, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

/** The whole answer to a command of Maya's, with its buttons. */
async function answered(company: Company, text: string) {
  await company.sandbox.command({ user: maya, channel, text });
  return company.message(maya, hasImage);
}

const press = (company: Company, ts: string, actionId: string, value?: string) =>
  company.sandbox.click({ user: maya, channel, ts, actionId, ...(value === undefined ? {} : { value }) });

describe('a button', () => {
  test('breaks the same answer down in its place, with a new chart', async () => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'sla-reported');
    const before = JSON.stringify(answer.blocks.find((block) => block.type === 'image'));
    const seen = company.seenBy(maya).length;
    await press(company, answer.ts, 'kpi.ask:1');
    const after = await company.message(
      maya,
      (message) => hasImage(message) && buttonsOf(message).some(({ text }) => text === 'Over time'),
    );
    expect(after.ts).toBe(answer.ts);
    expect(JSON.stringify(after.blocks.find((block) => block.type === 'image'))).not.toBe(before);
    expect(company.seenBy(maya)).toHaveLength(seen);
  });

  test.each([
    ['30d', '17 Oct – 15 Nov 2026'],
    ['last month', '1–31 Oct 2026'],
    ['12w', '24 Aug – 15 Nov 2026'],
    ['mtd', '1–15 Nov 2026'],
  ])('of the menu asks for %s, keeping filter and breakdown', async (period, dates) => {
    const company = await startCompany(database.db);
    const answer = await answered(company, 'tickets 7d by channel team:"Tier 1"');
    await press(company, answer.ts, 'kpi.period', period);
    const after = await company.message(maya, (message) => textOf(message).includes(dates));
    expect(after.ts).toBe(answer.ts);
    expect(textOf(after)).toContain('Tickets created · team: Tier 1');
  });
});
