import type { Random } from './random.ts';

const goods = [
  'the Aurora pendant',
  'my desk lamp',
  'order LG-4471',
  'the garden lights',
  'the smart bulbs',
  'lampu meja',
];

const opening = [
  'Hi, when will {} arrive?',
  'Halo, apakah {} masih ada?',
  'Good morning! {} flickers since yesterday 😕',
  'I would like to return {}.',
  'Do you ship {} to Penang?',
  'Could I get an invoice for {}?',
  'مرحبا، متى يصل {}؟',
  '{} arrived broken. Photo follows.',
  'What is the price of {} for 40 pieces?',
  'こんにちは、{} の在庫はありますか？',
  'Who do I talk to about {}?',
  'Selamat pagi, mau tanya soal {}',
] as const;

const following = [
  'Yes please',
  'Thank you! 🙏',
  'Terima kasih banyak',
  'Any news about {}?',
  'I sent the photo, did you get it?',
  'Tomorrow after three would work.',
  'OK',
  'That is not what I asked 😐',
  'Perfect, that solves it',
  'Still waiting…',
  'Can you call me instead?',
] as const;

const bot = [
  'Hello! I am the assistant of Lumen Goods. Is this about an order, a return or a product?',
  'I found {}: it is on its way and should arrive within two days.',
  'Our showroom is open Monday to Saturday, 8:00 to 18:00.',
  'You can return anything within 30 days. Shall I send the form?',
] as const;

const operator = [
  'Good day, this is Lumen Goods. Let me look into {} for you.',
  'I have just checked: {} leaves our warehouse today.',
  'I am sorry about that. We will send a replacement for {} free of charge.',
  'Baik, saya cek dulu ya.',
  'The invoice is attached.',
  'Could you send me a photo of the label?',
  'Done. Is there anything else I can do?',
  'Thank you for your patience 🙏',
] as const;

const handover = 'I will hand you over to a colleague.';

const phrases = { opening, following, bot, operator } as const;

/** Something to say, as a contact, the bot or an operator would. */
export function phrase(kind: keyof typeof phrases | 'handover', random: Random): string {
  return kind === 'handover' ? handover : random.pick<string>(phrases[kind]).replace('{}', random.pick(goods));
}
