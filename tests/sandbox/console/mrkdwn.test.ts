import { describe, expect, test } from 'vitest';
import { escapeHtml, html, safeHref } from '../../../src/sandbox/console/html.ts';
import * as drawn from '../../../src/sandbox/console/mrkdwn.ts';
import * as drawnRich from '../../../src/sandbox/console/rich-text.ts';
import { createDirectory } from '../../../src/sandbox/directory.ts';

const directory = createDirectory(() => {});
const mrkdwn = (text: string) => drawn.mrkdwn(text, directory);
const markdown = (text: string) => drawn.markdown(text, directory);
const textObject = (value: unknown) => drawn.textObject(value, directory);
const richText = (block: Record<string, unknown>) => drawnRich.richText(block, directory);

const link = (url: string, label: string) => `<a href="${url}" rel="noreferrer" target="_blank">${label}</a>`;

describe("Slack's markup", () => {
  test.each([
    ['*bold* _it_ ~gone~ `code`', '<strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code>'],
    ['*_both_*', '<strong><em>both</em></strong>'],
    ['2*3*4 snake_case_name', '2*3*4 snake_case_name'],
    ['* not bold *', '* not bold *'],
    ['a\nb', 'a<br>b'],
    ['`*raw*`', '<code>*raw*</code>'],
    ['```a\n*b*```', '<pre>a\n*b*</pre>'],
    ['&gt; quoted\nafter', '<blockquote>quoted</blockquote>after'],
    ['before\n> quoted', 'before<blockquote>quoted</blockquote>'],
    ['<https://example.com/a?b=1&amp;c=2|here>', link('https://example.com/a?b=1&amp;c=2', 'here')],
    ['*<https://example.com|bold link>*', `<strong>${link('https://example.com', 'bold link')}</strong>`],
    ['see https://example.com/a.', `see ${link('https://example.com/a', 'https://example.com/a')}.`],
    ['<mailto:a@example.com>', link('mailto:a@example.com', 'a@example.com')],
    ['<@U0AGENT001> <#C0SUPPORT1>', '<span class="mention">@Rafael Costa</span> <span class="mention">#support</span>'],
    ['<!here>', '<span class="mention">@here</span>'],
    [':coffee:', ':coffee:'],
  ])('%s', (text, expected) => {
    expect(mrkdwn(text).markup).toBe(expected);
  });

  test('writes dates for the browser to put in its own zone', () => {
    expect(mrkdwn('<!date^1763281500^{date_short} at {time}|16 Nov>').markup).toBe(
      '<time datetime="2025-11-16T08:25:00.000Z" data-format="{date_short} at {time}">16 Nov</time>',
    );
  });

  test.each([
    '<script>alert(1)</script>',
    '&lt;img src=x onerror=alert(1)&gt;',
    '`<b>`',
    '```<b>```',
    '<https://example.com|<b>>',
    '<!date^1^{date}|"><b>>',
    '\uE0000\uE001<b>',
  ])('lets no markup through in %s', (text) => {
    expect(mrkdwn(text).markup).not.toMatch(/<(script|img|b)\b/);
  });

  test('leads nowhere for addresses that run code', () => {
    expect(mrkdwn('<javascript:alert(1)|x>').markup).toBe(link('#', 'x'));
    expect(safeHref('JavaScript:alert(1)')).toBe('#');
  });
});

test('plain text objects know no markup', () => {
  expect(textObject({ type: 'plain_text', text: '*a* <b>\nc' }).markup).toBe('*a* &lt;b&gt;<br>c');
});

test('standard markdown is drawn as far as Slack can say it', () => {
  expect(markdown('## Title\n**bold** [x](https://example.com)\n- item').markup).toBe(
    `<strong>Title</strong><br><strong>bold</strong> ${link('https://example.com', 'x')}<br>• item`,
  );
});

test('rich text keeps spaces between its pieces and nests its styles', () => {
  const section = {
    type: 'rich_text_section',
    elements: [
      { type: 'text', text: 'Late: ', style: { bold: true } },
      { type: 'text', text: 'nothing' },
    ],
  };
  expect(richText({ elements: [section] }).markup).toBe(
    '<div class="rich"><div class="lines"><strong>Late: </strong>nothing</div></div>',
  );
});

test('templates escape what is not markup and drop what is absent', () => {
  expect(html`<p title="${'"x"'}">${['<a>', html`<b>1</b>`]}${undefined}${false}${0}</p>`.markup).toBe(
    '<p title="&quot;x&quot;">&lt;a&gt;<b>1</b>0</p>',
  );
  expect(escapeHtml(`<>&"'`)).toBe('&lt;&gt;&amp;&quot;&#39;');
});
