import type { CDPSession, Page } from 'puppeteer-core';

/** The document's address. `.invalid` is never anybody's, and nothing is sent there: the answer is given here. */
export const documentUrl = 'https://document.invalid/';

/** Serves one document at a time to a page and refuses every other request. */
export interface Refusals {
  /** What is served from now on at `documentUrl`, once. */
  serve(html: string): void;
  /** What the document asked for besides itself and its `data:` URLs, each without its query. */
  refused(): string[];
}

/**
 * Whatever a document asks for besides itself is refused and remembered. Requests to the network are refused before they
 * are made; local files the browser refuses by itself, as the document's origin is not `file:`, and says so in its log.
 */
export async function refuseRequests(page: Page): Promise<Refusals> {
  let html: string | undefined;
  let refused = new Set<string>();
  await page.setJavaScriptEnabled(false);
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const url = request.url();
    if (url.startsWith('data:') && !request.isNavigationRequest()) {
      void request.continue().catch(gone);
    } else if (url === documentUrl && request.frame() === page.mainFrame() && html !== undefined) {
      const body = html;
      html = undefined;
      void request.respond({ status: 200, contentType: 'text/html; charset=utf-8', headers, body }).catch(gone);
    } else {
      refused.add(withoutQuery(url));
      void request.abort('blockedbyclient').catch(gone);
    }
  });
  const session: CDPSession = await page.createCDPSession();
  session.on('Log.entryAdded', ({ entry }) => {
    const local = /^Not allowed to load local resource: (\S+)/.exec(entry.text)?.[1];
    if (local !== undefined) refused.add(withoutQuery(local));
  });
  await session.send('Log.enable');
  return {
    serve(next) {
      html = next;
      refused = new Set();
    },
    refused: () => [...refused],
  };
}

/** Scripts are off already; looking up names of servers ahead of any request is not a request. */
const headers = { 'content-security-policy': "script-src 'none'", 'x-dns-prefetch-control': 'off' };

/** The page went away while a request was being answered: whoever waits for the page hears of it. */
function gone(): void {}

/** Queries may hold what is nobody's business in a log, `data:` documents are long. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!.slice(0, 120);
}
