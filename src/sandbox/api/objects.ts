import { imageSize, isImage, type SlackFile } from '../files.ts';
import type { Json } from '../json.ts';
import type { Block, Message } from '../message.ts';
import type { Store } from '../store.ts';
import { appId, bot, botId, botUserId, type Channel, isMember, type Person, team, teamId } from '../workspace.ts';

/** A message as Slack gives it back. Images come enriched: sending such blocks again is refused, as in Slack. */
export function messageObject(message: Message, store: Store, base: string): Json {
  const { text, blocks, attachments, metadata } = message;
  return {
    ...{ type: 'message', user: message.user, ts: message.ts, text, team: teamId },
    ...(message.user === botUserId
      ? { bot_id: botId, app_id: appId, bot_profile: { id: botId, app_id: appId, name: bot.realName, team_id: teamId } }
      : {}),
    ...(message.threadTs === undefined ? threadOf(message, store) : { thread_ts: message.threadTs }),
    ...(message.threadTs !== undefined && message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(blocks.length === 0 ? {} : { blocks: blocks.map((block) => enriched(block, store)) }),
    ...(attachments.length === 0
      ? {}
      : { attachments: attachments.map((attachment, index) => ({ id: index + 1, ...attachment })) }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.files.length === 0
      ? {}
      : {
          subtype: 'file_share',
          files: message.files.flatMap((id) => {
            const file = store.file(id);
            return file === undefined ? [] : [fileObject(file, base)];
          }),
        }),
  };
}

/** What a message that was answered says of its thread. */
function threadOf(message: Message, store: Store): Json {
  const replies = store.replies(message);
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    ...{ thread_ts: message.ts, reply_count: replies.length, reply_users: users, reply_users_count: users.length },
    ...{ latest_reply: replies.at(-1)?.ts, is_locked: false, subscribed: true },
  };
}

function enriched(block: Block, store: Store): Json {
  if (block.type !== 'image') return block;
  const id = (block.slack_file as { id?: string } | undefined)?.id;
  const file = id === undefined ? undefined : store.file(id);
  const size = file === undefined ? undefined : imageSize(file);
  return {
    ...block,
    fallback: `[no preview available]`,
    image_width: size?.width ?? 0,
    image_height: size?.height ?? 0,
    image_bytes: file?.bytes?.length ?? 0,
  };
}

/** Type and size are filled only once Slack has processed the file: the only ready signal there is. */
export function fileObject(file: SlackFile, base: string): Json {
  const path = `${teamId}-${file.id}/${encodeURIComponent(file.name)}`;
  const size = file.ready && isImage(file) ? imageSize(file) : undefined;
  return {
    id: file.id,
    created: Math.floor(file.createdAt.epochMilliseconds / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.ready ? file.mimetype : '',
    filetype: file.ready ? (file.mimetype.split('/')[1] ?? '') : '',
    user: botUserId,
    size: file.bytes?.length ?? 0,
    is_external: false,
    is_public: file.shares.length > 0,
    alt_txt: file.altText,
    url_private: `${base}/files-pri/${path}`,
    url_private_download: `${base}/files-pri/${path}`,
    permalink: `${base}/files/${botUserId}/${file.id}/${encodeURIComponent(file.name)}`,
    ...(size === undefined ? {} : { original_w: size.width, original_h: size.height }),
    channels: file.shares.map(({ channel }) => channel).filter((id) => id.startsWith('C')),
    ims: file.shares.map(({ channel }) => channel).filter((id) => id.startsWith('D')),
    shares: sharesOf(file),
  };
}

function sharesOf(file: SlackFile): Json {
  if (file.shares.length === 0) return {};
  return { public: Object.fromEntries(file.shares.map(({ channel, ts }) => [channel, [{ ts, team_id: teamId }]])) };
}

export function channelObject(channel: Channel): Json {
  if (channel.kind === 'im') {
    const user = channel.members.find((member) => member !== botUserId);
    return { id: channel.id, is_im: true, is_channel: false, is_group: false, user, is_archived: false, is_open: true };
  }
  const isPrivate = channel.kind === 'private';
  return {
    ...{ id: channel.id, name: channel.name, name_normalized: channel.name },
    ...{ is_channel: !isPrivate, is_group: isPrivate, is_im: false, is_mpim: false, is_private: isPrivate },
    ...{ is_archived: channel.archived, is_general: channel.name === 'general' },
    ...{ is_member: isMember(channel, botUserId), is_shared: false, is_ext_shared: false, is_org_shared: false },
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: channel.topic, creator: '', last_set: 0 },
    num_members: channel.members.length,
    context_team_id: team.id,
  };
}

/** `tz_offset` is what the zone has at `at`, in seconds. */
export function userObject(person: Person, at: Temporal.Instant, options: { email: boolean; locale: boolean }): Json {
  const zoned = at.toZonedDateTimeISO(person.tz);
  return {
    ...{ id: person.id, team_id: teamId, name: person.name, real_name: person.realName, deleted: person.deleted },
    ...{ tz: person.tz, tz_label: person.tz, tz_offset: zoned.offsetNanoseconds / 1e9 },
    profile: {
      ...{ real_name: person.realName, display_name: person.name, title: person.title, team: teamId },
      ...(options.email && person.email !== '' ? { email: person.email } : {}),
    },
    ...{ is_admin: person.isAdmin, is_owner: person.isOwner, is_primary_owner: person.isOwner },
    ...{ is_bot: person.isBot, is_app_user: false, is_restricted: false, is_ultra_restricted: false },
    ...(options.locale ? { locale: person.locale } : {}),
  };
}
