import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { png, startBolt, upload } from './harness.ts';

const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const button = (action_id: string, text: string, extra: object = {}) => ({
  type: 'button' as const,
  action_id,
  text: plain(text),
  value: 'k7f3a2',
  ...extra,
});
const option = (value: string, text: string) => ({ text: plain(text), value });

function answer(fileId: string, note: string): KnownBlock[] {
  return [
    { type: 'header', text: plain('Ticket SLA compliance') },
    {
      type: 'section',
      text: mrkdwn(
        '*91.2 %*  ▲ 3.4 points vs 2-8 Nov · target 90 % ✓\nChat gave +2.9 of the 3.4 points; Critical tickets fell to 3.',
      ),
    },
    { type: 'section', text: mrkdwn(note) },
    { type: 'image', alt_text: 'SLA compliance by day, rising to 91.2 % on Sunday', slack_file: { id: fileId } },
    {
      type: 'context',
      elements: [mrkdwn('9-15 Nov · Asia/Jakarta · as of <!date^1763281500^{time}|08:25 UTC> · receipt `k7f3a2`')],
    },
    {
      type: 'actions',
      block_id: 'answer',
      elements: [
        button('share', 'Share to channel', {
          style: 'primary',
          confirm: {
            title: plain('Share this answer?'),
            text: plain('Everybody here will see it.'),
            confirm: plain('Share'),
            deny: plain('Keep'),
          },
        }),
        button('why', 'Why?'),
        {
          type: 'static_select',
          action_id: 'period',
          placeholder: plain('Period'),
          options: [option('7d', 'Last 7 days'), option('30d', 'Last 30 days')],
        },
        { type: 'overflow', action_id: 'more', options: [option('explain', 'Explain'), option('csv', 'CSV')] },
      ],
    },
  ];
}

/** A bot small enough to read in a test: `/kpi hello` answers with text, then a picture with buttons. */
export async function startTinyBot(sandbox: Sandbox): Promise<App> {
  const app = await startBolt(sandbox);
  const chart = await upload(sandbox, png(600, 315));
  app.command('/kpi', async ({ ack, respond, command }) => {
    if (command.text === 'silent') return;
    await ack();
    await respond({ text: `Hello <@${command.user_id}>, here is *${command.text}*:` });
    await respond({
      text: 'SLA 91.2 %',
      blocks: answer(chart, '9 breach within 60 min, oldest 14 min left, 3 unassigned'),
    });
  });
  app.action('why', async ({ ack, respond }) => {
    await ack();
    await respond({ replace_original: true, text: 'SLA 91.2 %', blocks: answer(chart, 'Because *chat* recovered.') });
  });
  app.action(/^(period|more)$/, async ({ ack, respond, action }) => {
    await ack();
    const chosen = 'selected_option' in action ? action.selected_option?.value : '';
    await respond({ replace_original: true, text: 'SLA', blocks: answer(chart, `You chose \`${chosen}\`.`) });
  });
  app.action('share', async ({ ack, body, client }) => {
    await ack();
    await client.chat.postMessage({
      channel: String(body.channel?.id),
      text: 'SLA 91.2 %, up 3.4 points',
      blocks: [{ type: 'section', text: mrkdwn(`<@${body.user.id}> shared *SLA 91.2 %*`) }],
    });
  });
  return app;
}
