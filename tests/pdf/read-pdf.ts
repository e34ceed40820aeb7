import { createRequire } from 'node:module';
import path from 'node:path';
import { createCanvas, DOMMatrix, Path2D } from 'canvas';
import { getDocument, OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** What a reader of the PDF gets, page by page: for tests that look at what was printed, not at how. */
export interface ReadPdf {
  pages: ReadPage[];
  title: string | undefined;
  lang: string | undefined;
  /** Whether the file says of itself that it is tagged (for screen readers). */
  tagged: boolean;
  /** The bookmarks, each with those below it. */
  outline: Bookmark[];
  /** Texts that stand for pictures, in reading order. */
  alts: string[];
  /** Roles of the structure tree, in reading order: `H1`, `Table`, `TH`, `Figure`, ... */
  roles: string[];
}

export interface ReadPage {
  /** Text in the file's order, a line break where a line ends. */
  text: string;
  /** The same piece by piece, with where it stands: points from the page's top left corner to the start of its line. */
  pieces: { text: string; x: number; y: number; width: number }[];
  /** PostScript names of the fonts text is drawn with, without the subset's prefix, sorted. */
  fonts: string[];
  /** Of those, the ones whose outlines are not in the file. */
  notEmbedded: string[];
  /** Points, 72 to an inch. */
  width: number;
  height: number;
  /** The page as PNG, one pixel a point times `scale`. */
  image(scale?: number): Promise<Buffer>;
}

export interface Bookmark {
  title: string;
  children: Bookmark[];
}

const pdfjs = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** Reads a PDF with pdf.js: no tool of the system, and no code of the printer. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  // What pdf.js expects of a browser and draws its pages with.
  Object.assign(globalThis, { DOMMatrix, Path2D });
  const document = await getDocument({
    data: Uint8Array.from(bytes),
    useSystemFonts: false,
    // Glyphs are drawn as paths: Node has no font registry to load the file's fonts into.
    disableFontFace: true,
    fontExtraProperties: true,
    standardFontDataUrl: `${path.join(pdfjs, 'standard_fonts')}/`,
    verbosity: 0,
  }).promise;
  const [{ info }, mark, outline] = await Promise.all([
    document.getMetadata(),
    document.getMarkInfo(),
    document.getOutline(),
  ]);
  const found = info as { Title?: string; Language?: string };
  const pages: ReadPage[] = [];
  const nodes: TreeNode[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    pages.push(await readPage(page));
    nodes.push(...flat((await page.getStructTree()) as TreeNode | null));
  }
  return {
    pages,
    title: found.Title,
    lang: found.Language,
    tagged: (mark as unknown as Map<string, boolean> | null)?.get('Marked') === true,
    outline: bookmarks(outline ?? []),
    alts: nodes.flatMap(({ alt }) => (alt === undefined ? [] : [alt])),
    roles: nodes.flatMap(({ role }) => (role === undefined || role === 'Root' ? [] : [role])),
  };
}

async function readPage(page: PDFPageProxy): Promise<ReadPage> {
  const { items } = await page.getTextContent();
  const { fnArray, argsArray } = await page.getOperatorList();
  const used = fnArray.flatMap((operator, index) =>
    operator === OPS.setFont ? [(argsArray[index] as string[])[0]!] : [],
  );
  const fonts = new Map<string, boolean>();
  for (const id of new Set(used)) {
    const font = page.commonObjs.get(id) as { name: string; missingFile?: boolean };
    fonts.set(font.name.replace(/^[A-Z]{6}\+/, ''), font.missingFile !== true);
  }
  const { width, height } = page.getViewport({ scale: 1 });
  return {
    pieces: items.flatMap((item) => {
      if (!('str' in item) || item.str.trim() === '') return [];
      const [, , , , x, y] = item.transform as number[];
      return [{ text: item.str, x: x!, y: height - y!, width: item.width }];
    }),
    text: items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''),
    fonts: [...fonts.keys()].sort(),
    notEmbedded: [...fonts].filter(([, embedded]) => !embedded).map(([name]) => name),
    width,
    height,
    async image(scale = 1) {
      const viewport = page.getViewport({ scale });
      const canvas = createCanvas(Math.round(viewport.width), Math.round(viewport.height));
      await page.render({ canvas: canvas as never, viewport }).promise;
      return await canvas.encode('png');
    },
  };
}

interface TreeNode {
  role?: string;
  alt?: string;
  children?: TreeNode[];
}

function flat(node: TreeNode | null): TreeNode[] {
  return node ? [node, ...(node.children ?? []).flatMap(flat)] : [];
}

type Outline = { title: string; items: unknown[] }[];

function bookmarks(items: Outline): Bookmark[] {
  return items.map(({ title, items }) => ({ title, children: bookmarks(items as Outline) }));
}
