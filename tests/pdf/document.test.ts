import { describe, expect, test } from 'vitest';
import { completeHtml, pageStyles } from '../../src/pdf/document.ts';
import { fontFaces } from '../../src/pdf/font-faces.ts';
import { aDocument } from './printing.ts';

interface Face {
  family: string;
  weight: string;
  ranges: string;
}

function facesOf(css: string): Face[] {
  const rules = css.matchAll(
    /font-family:'([^']+)';font-weight:(\d+);src:url\(data:font\/woff2;base64,[\w+/=]+\)[^;]*;unicode-range:([^}]+)}/g,
  );
  return Array.from(rules, ([, family, weight, ranges]) => ({ family: family!, weight: weight!, ranges: ranges! }));
}

const familiesFor = (text: string, lang = 'en') => [
  ...new Set(facesOf(fontFaces(text, lang)).map(({ family }) => family)),
];

describe('the fonts of a page', () => {
  test('are one slice of Noto Sans in three weights for an English page', () => {
    const faces = facesOf(fontFaces('<h1>Weekly report</h1>', 'en'));
    expect(faces.map(({ family, weight }) => [family, weight])).toEqual([
      ['Noto Sans', '400'],
      ['Noto Sans', '600'],
      ['Noto Sans', '700'],
    ]);
    expect(faces[0]!.ranges).toContain('U+0-ff');
  });

  test('hold the scripts of the text and no other', () => {
    expect(familiesFor('Привет, Ελλάδα, Łódź, नमस्ते')).toEqual(['Noto Sans']);
    expect(familiesFor('مرحبا')).toEqual(['Noto Sans', 'Noto Sans Arabic']);
    expect(familiesFor('한국')).toEqual(['Noto Sans', 'Noto Sans KR']);
  });

  test('name exactly the Chinese characters of the text, so that no order of families decides how they are written', () => {
    const [face] = facesOf(fontFaces('直', 'ja')).filter(({ family }) => family === 'Noto Sans JP');
    expect(face!.ranges).toBe('U+76f4');
    expect(familiesFor('直', 'ja')).toEqual(['Noto Sans', 'Noto Sans JP']);
    expect(familiesFor('直', 'zh-CN')).toEqual(['Noto Sans', 'Noto Sans SC']);
    expect(familiesFor('直', 'en')).toEqual(['Noto Sans', 'Noto Sans SC']);
  });

  test('are there for characters written as references', () => {
    expect(familiesFor('&#54620;')).toContain('Noto Sans KR');
    expect(familiesFor('&#xD55C')).toContain('Noto Sans KR');
    expect(familiesFor('&#x110000;')).toEqual(['Noto Sans']);
  });

  test('stay small: some kilobytes for Latin, some hundreds for a few names in Chinese', () => {
    expect(fontFaces('Weekly report', 'en').length).toBeLessThan(80_000);
    expect(fontFaces('东京 北京 上海', 'zh').length).toBeLessThan(1_500_000);
  });

  test('are the same the second time', () => {
    expect(fontFaces('东京', 'zh')).toBe(fontFaces('东京', 'zh'));
  });
});

describe('a complete document', () => {
  test('says its language, direction and title', () => {
    const html = completeHtml(aDocument({ lang: 'ar', title: 'A <b> & "c"' }));
    expect(html).toContain('<html lang="ar" dir="rtl">');
    expect(html).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot;</title>');
    expect(completeHtml(aDocument({ lang: 'pt-BR' }))).toContain('<html lang="pt-BR" dir="ltr">');
  });

  test('refers to nothing outside itself', () => {
    expect(completeHtml(aDocument()).replace(/url\(data:[^)]*\)/g, '')).not.toMatch(/url\(|src=|href=|@import/);
  });

  test('survives a lone half of a character', () => {
    expect(completeHtml(aDocument({ html: 'a\ud800b' }))).toContain('a\ufffdb');
  });
});

describe('the styles of a page', () => {
  test('name the paper', () => {
    expect(pageStyles({ paper: 'A4' })).toContain('size:A4 portrait');
    expect(pageStyles({ paper: 'Letter' })).toContain('size:Letter portrait');
  });

  test('cannot be left by a footer', () => {
    const css = pageStyles({ paper: 'A4', footer: 'a"} </style><script>\\ \n\u0000' });
    expect(css).toContain('content:"a\\22 } \\3c /style\\3e \\3c script\\3e \\5c  \\a \ufffd"');
  });

  test('name no font of the host', () => {
    const families = Array.from(pageStyles({ paper: 'A4' }).matchAll(/font-family:([^;}]+)/g), (match) => match[1]!);
    expect(families.length).toBeGreaterThan(2);
    for (const list of families.filter((one) => one !== 'inherit')) {
      expect(list.split(', ').every((name) => name.startsWith("'Noto Sans"))).toBe(true);
    }
  });
});
