import { describe, expect, test } from 'vitest';
import { digestMail, digestText } from '../../src/digests/mail.ts';
import { aDigest, aLine } from './digests.ts';

describe('a digest as a mail', () => {
  test('says the first numbers in its subject, and all of it with and without HTML', () => {
    const mail = digestMail(aDigest(), { readers: 'maya@example.com, weekdays 08:30' });
    expect(mail.subject).toBe('Morning coffee, Mon 23 Nov: Ticket SLA compliance 91.2 %, Tickets created 62');
    for (const said of [
      'Morning coffee, Mon 23 Nov · Friday to Sunday',
      '91.2 %',
      '▲ up 3.4 points, better',
      'target 90 % ✓',
      'receipt k7f3a2',
      'Worth a look',
      '9–15 Nov',
      '20–22 Nov 2026 against 13–15 Nov · Asia/Jakarta · as of 23 Nov 02:25 · maya@example.com, weekdays 08:30',
    ]) {
      expect(mail.text).toContain(said);
      expect(mail.html).toContain(said);
    }
    expect(mail.images.map(({ name }) => name)).toEqual(['chart.png']);
    expect(mail.html).toContain('src="cid:chart.png"');
  });

  test('lets no name from outside become markup', () => {
    const evil = `<img src=x onerror="alert(1)"> & 'quotes'`;
    const { html } = digestMail(
      aDigest({
        ...{ title: evil, scope: evil, timezone: evil },
        lines: [aLine({ title: evil, shown: evil, change: evil })],
        findings: [{ kind: 'unusual', kpi: null, text: evil, words: null }],
        late: [{ source: evil, streams: [evil], asOf: null, isLate: true }],
        chart: { ...aDigest().chart!, altText: evil },
      }),
      { readers: evil },
    );
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('onerror="alert');
    expect(
      html.match(/&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt; &amp; &#39;quotes&#39;/g)?.length,
    ).toBeGreaterThan(6);
  });

  test('says in a line that nothing stands out, or that there is nothing', () => {
    expect(digestText(aDigest({ findings: [] }))).toContain('\nNothing stands out.\n');
    const nothing = digestMail(aDigest({ lines: [], findings: [], chart: null, asOf: null }));
    expect(nothing.subject).toBe('Morning coffee, Mon 23 Nov: no numbers');
    expect(nothing.text).toContain('There are no numbers for you');
    expect(nothing.html).not.toContain('<img');
    expect(nothing.images).toEqual([]);
  });

  test('says that its picture could not be drawn', () => {
    const { html, images } = digestMail(aDigest(), { picture: 'missing' });
    expect(html).toContain('The chart could not be drawn');
    expect(html).not.toContain('cid:');
    expect(images).toEqual([]);
  });

  test('has a subject that fits', () => {
    const lines = Array.from({ length: 8 }, () => aLine({ title: 'x'.repeat(200) }));
    expect(digestMail(aDigest({ lines })).subject).toHaveLength(120);
  });
});
