import { block } from './composition.ts';
import { boolean, byType, type Check, integer, list, number, object, oneOf, string, typed, url } from './schema.ts';

const style = object({
  optional: { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean },
});
const styled = { style };
const id = string({ min: 1 });

const inline: Readonly<Record<string, Check>> = {
  text: typed('text', { required: { text: string({ min: 1 }) }, optional: styled }),
  link: typed('link', { required: { url: url(3000) }, optional: { ...styled, text: string(), unsafe: boolean } }),
  emoji: typed('emoji', { required: { name: id }, optional: { ...styled, unicode: id, url: id } }),
  user: typed('user', { required: { user_id: id }, optional: styled }),
  channel: typed('channel', { required: { channel_id: id }, optional: styled }),
  usergroup: typed('usergroup', { required: { usergroup_id: id }, optional: styled }),
  broadcast: typed('broadcast', { required: { range: oneOf('here', 'channel', 'everyone') }, optional: styled }),
  color: typed('color', { required: { value: id }, optional: styled }),
  date: typed('date', {
    required: { timestamp: number, format: id },
    optional: { ...styled, url: url(3000), fallback: id },
  }),
};

const border = { border: integer(0, 1) };
const section = typed('rich_text_section', { required: { elements: list(byType(inline)) } });

const parts: Readonly<Record<string, Check>> = {
  rich_text_section: section,
  rich_text_list: typed('rich_text_list', {
    required: { elements: list(section), style: oneOf('bullet', 'ordered') },
    optional: { ...border, indent: integer(0, 8), offset: integer(0, 1000) },
  }),
  rich_text_quote: typed('rich_text_quote', { required: { elements: list(byType(inline)) }, optional: border }),
  rich_text_preformatted: typed('rich_text_preformatted', {
    required: { elements: list(byType({ text: inline.text as Check, link: inline.link as Check })) },
    optional: border,
  }),
};

export const richText: Check = block('rich_text', { required: { elements: list(byType(parts), { min: 1 }) } });
