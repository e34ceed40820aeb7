export interface Account {
  id: string;
  name: string;
  demo: boolean;
}

/** The account tests are made with; its records belong in no number. */
export const demoAccountId = 'test-app';

const names = [
  'Toko Cahaya Abadi',
  'Café Lumière',
  'Harbour & Pine Interiors',
  'Светлый дом',
  'نور للتجارة',
  '東京照明株式会社',
  'प्रकाश ट्रेडर्स',
  'Straßenlicht GmbH',
  '한빛유통',
  'Rumah Terang',
  'Ilúmina São Paulo',
  'Nordlys Belysning',
  '明亮家居有限公司',
  'Đèn Sài Gòn',
  'Kandil Aydınlatma',
  'Bintang Elektrik',
  'Maison Étoilée',
  'Світло і Ко',
  'Żarówka sp. z o.o.',
  'Luz del Sur',
  'Gemerlap Jaya',
  'Lanterna Milano',
  'مصابيح الخليج',
  'Lichtwerk Zürich',
  'Kirana Home',
  'The Reading Lamp Co.',
  'דולצ׳ה אור',
  'Sinar Mas Hotel Supply',
  'Φως Αθήνα',
  'あかり工房',
  'Blåljus Hotell',
  'Ceria Ritel',
  'O’Malley & Sons',
  'ร้านแสงดี',
  'Lampu Kita',
  'Skärgård Café',
  'Pelita Nusantara',
  'Bright & Early Ltd',
  'Kilau Studio',
] as const;

export const accounts: readonly Account[] = [
  ...names.map((name, index) => ({ id: `acc-${String(index + 1).padStart(3, '0')}`, name, demo: false })),
  { id: demoAccountId, name: 'Test application', demo: true },
];

/** How often an account writes: a few large customers and a long tail; the demo account now and then. */
export const accountWeights: readonly (readonly [string, number])[] = accounts.map((account, index) => [
  account.id,
  account.demo ? 0.06 : 1 / (index + 3),
]);
