import type { Random } from './random.ts';

interface Country {
  code: string;
  weight: number;
  /** Calling code and the first digits of a mobile number, then how many digits follow. */
  prefix: readonly string[];
  digits: number;
  culture: keyof typeof names;
}

/** Given and family names; the order in which they are said is `written`. */
const names = {
  indonesian: {
    given: ['Siti', 'Agus', 'Dewi', 'Rizky', 'Putri', 'Bayu', 'Ayu', 'Joko', 'Wulan', 'Fajar', 'Intan', 'Yusuf'],
    family: ['Wijaya', 'Santoso', 'Halim', 'Nugroho', 'Siregar', 'Kusuma', 'Hidayat', 'Lestari', 'Gunawan', 'Putra'],
  },
  english: {
    given: ['Amelia', 'Oliver', 'Grace', 'Noah', 'Ruby', 'Ethan', 'Chloe', 'Liam', 'Maeve', 'Jack'],
    family: ['Turner', "O'Neill", 'Hughes', 'Patel', 'Baker', 'Walsh', 'Campbell', 'Reed', 'Foster', 'Shaw'],
  },
  german: {
    given: ['Jürgen', 'Anke', 'Lukas', 'Mareike', 'Björn', 'Käthe', 'Felix', 'Sabine'],
    family: ['Müller', 'Weiß', 'Schröder', 'Vogt', 'Köhler', 'Brandt', 'Fuchs', 'Jäger'],
  },
  romance: {
    given: ['Mathéo', 'Inês', 'Lucía', 'André', 'Chiara', 'João', 'Élodie', 'Mateo', 'Zoé', 'Bruno'],
    family: ['Lefèvre', 'Gonçalves', 'Muñoz', 'Rossi', 'Conceição', 'Núñez', 'Dubois', 'Ferreira', 'Conti'],
  },
  indian: {
    given: ['Priya', 'अर्जुन', 'Ananya', 'Rohan', 'दीपा', 'Vikram', 'Meera', 'Sanjay'],
    family: ['Sharma', 'Iyer', 'Kapoor', 'पटेल', 'Reddy', 'Nair', 'Gupta', 'Das'],
  },
  arabic: {
    given: ['Layla', 'عمر', 'Fatima', 'يوسف', 'Hassan', 'مريم', 'Noura', 'Khalid'],
    family: ['Al-Farsi', 'حداد', 'Mansour', 'الخطيب', 'Nasser', 'Aziz'],
  },
  japanese: {
    given: ['陽子', '健太', 'さくら', '大輔', '美咲', 'Kenji'],
    family: ['佐藤', '鈴木', '高橋', '田中', '渡辺', '山本'],
  },
  vietnamese: {
    given: ['Hạnh', 'Minh', 'Thảo', 'Đức', 'Linh', 'Quân'],
    family: ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Đặng', 'Bùi'],
  },
  african: {
    given: ['Thabo', 'Chidinma', 'Kwame', 'Zanele', 'Tunde', 'Amara'],
    family: ['Nkosi', 'Okafor', 'Dlamini', 'Adeyemi', 'Mokoena', 'Eze'],
  },
} as const;

/** Where customers live, most of them near. Prefixes are of real mobile ranges, so that the numbers are valid ones. */
const countries: readonly Country[] = [
  { code: 'ID', weight: 46, prefix: ['62812', '62813', '62857', '62878'], digits: 8, culture: 'indonesian' },
  { code: 'SG', weight: 10, prefix: ['6591', '6598', '6581'], digits: 6, culture: 'english' },
  { code: 'MY', weight: 9, prefix: ['6012', '6017', '6019'], digits: 7, culture: 'indonesian' },
  { code: 'AU', weight: 6, prefix: ['61412', '61421', '61433'], digits: 6, culture: 'english' },
  { code: 'IN', weight: 5, prefix: ['9198', '9199'], digits: 8, culture: 'indian' },
  { code: 'VN', weight: 4, prefix: ['8491', '8490'], digits: 7, culture: 'vietnamese' },
  { code: 'AE', weight: 4, prefix: ['97150', '97155'], digits: 7, culture: 'arabic' },
  { code: 'GB', weight: 4, prefix: ['447400', '447712'], digits: 6, culture: 'english' },
  { code: 'DE', weight: 3, prefix: ['491511', '491601'], digits: 7, culture: 'german' },
  { code: 'JP', weight: 3, prefix: ['81901', '81802'], digits: 7, culture: 'japanese' },
  { code: 'US', weight: 3, prefix: ['1415', '1212', '1312', '1206'], digits: 7, culture: 'english' },
  { code: 'FR', weight: 1.5, prefix: ['3361', '3362'], digits: 7, culture: 'romance' },
  { code: 'BR', weight: 1.5, prefix: ['55119', '55219'], digits: 8, culture: 'romance' },
  { code: 'NG', weight: 1, prefix: ['234803'], digits: 7, culture: 'african' },
  { code: 'ZA', weight: 1, prefix: ['2782'], digits: 7, culture: 'african' },
];
const byWeight = countries.map((country) => [country, country.weight] as const);

export interface Person {
  name: string;
  /** International form with a leading plus sign; no two people have the same. */
  phone: string;
  email: string;
  /** ISO 3166 code of the phone number's country. */
  country: string;
}

const mailNames = new Map<string, string>();

/** The letters of a name that may stand in an e-mail address; there are only so many names. */
function mailName(name: string): string {
  let plain = mailNames.get(name);
  if (plain === undefined) {
    const letters = name.normalize('NFKD').toLowerCase();
    plain = letters.replaceAll(/[^a-z.]/g, '').replaceAll(/^\.+|\.+$/g, '');
    mailNames.set(name, plain);
  }
  return plain;
}

/** Made-up person number `index`. */
export function personOf(index: number, random: Random): Person {
  const country = random.weighted(byWeight);
  const { given, family } = names[country.culture];
  const first = random.pick(given);
  const last = random.pick(family);
  const plain = mailName(`${first}.${last}`);
  const mailbox = `${plain === '' ? 'guest' : plain}${index}`;
  return {
    name: country.culture === 'japanese' || country.culture === 'vietnamese' ? `${last} ${first}` : `${first} ${last}`,
    phone: phoneOf(country, index),
    email: `${mailbox}@${index % 3 === 0 ? 'example.org' : index % 3 === 1 ? 'example.com' : 'example.net'}`,
    country: country.code,
  };
}

/** The index spread over the digits by a step that shares no factor with their number: each index has its own. */
function phoneOf({ code, prefix, digits }: Country, index: number): string {
  const head = prefix[index % prefix.length]!;
  // North American exchanges begin with 2 to 9.
  const from = code === 'US' ? 2 * 10 ** (digits - 1) : 0;
  const spread = from + ((index * 7919 + 2_345_678) % (10 ** digits - from));
  return `+${head}${String(spread).padStart(digits, '0')}`;
}
