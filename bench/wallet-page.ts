import type { Browser, Page, Request } from 'playwright-core';
import type pg from 'pg';
import { BROWSER_PATH } from '../test/support/browser.js';
import { launchBrowser } from '../test/support/browser.js';
import { fillRest } from '../test/support/fill-tables.js';
import type { BenchService } from './processes.js';
import type { WalletPageFigures } from './report.js';

/** Holds, spent lots, pending credits, decisions: of each. */
const OTHERS = 10_000;
const GRANTS = 500;
const VISITS = 7;

/** What a page is good for once it shows these. */
const TABS = {
  '': ['.chart canvas', '.timeline li'],
  '/transactions': ['tbody tr'],
  '/credits': ['.lot'],
  '/holds': ['tbody tr'],
  '/rule': ['.timeline li'],
  '/top-ups': ['.section'],
} as const;
const BALANCE = '.figures .figure';

interface Options {
  walletId: string;
  service: BenchService;
  apiKey: string;
  client: pg.Client;
}

/** A page from its address to what somebody looks for on it, and how long each of its requests was under way. */
export async function measureWalletPage(options: Options): Promise<WalletPageFigures | null> {
  if (BROWSER_PATH === undefined) return null;
  await fillPage(options);
  const browser = await launchBrowser();
  const { service, walletId } = options;
  const address = `${service.url}/console/wallets/${walletId}`;
  // What the service itself does for the first time is no part of it.
  await openingMs(await newVisitor(browser, options), address, TABS['']);
  const page = await newVisitor(browser, options);
  const requests = new Map<string, number[]>();
  page.on('requestfinished', (request) => noteRequest(requests, request, walletId));
  const firstMs = await openingMs(page, address, TABS['']);
  const tabsMs: Record<string, number> = {};
  for (const [tab, content] of Object.entries(TABS)) {
    const visits: number[] = [];
    for (let visit = 0; visit < VISITS; visit += 1) visits.push(await openingMs(page, address + tab, content));
    tabsMs[tab || '/'] = medianOf(visits);
  }
  await browser.close();
  const requestsMs = Object.fromEntries([...requests].map(([path, times]) => [path, medianOf(times)]));
  return { firstMs, tabsMs, requestsMs };
}

/** Somebody who is logged in, with a browser that was never here. */
async function newVisitor(browser: Browser, { service, apiKey }: Options): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(`localStorage.setItem('refill:logged-in', 'yes')`);
  const session = { data: { key: apiKey }, headers: { 'X-Refill-Session': 'console' } };
  await context.request.post(`${service.url}/v1/session`, session);
  return context.newPage();
}

/** As somebody who follows a link: a new document each time. */
async function openingMs(page: Page, address: string, content: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  // Asked in each frame: a locator would look every half second in the end.
  await page.waitForFunction((all) => all.every((what) => document.querySelector(what)), [BALANCE, ...content]);
  const took = performance.now() - startedAt;
  await page.waitForLoadState('load');
  return took;
}

function noteRequest(requests: Map<string, number[]>, request: Request, walletId: string): void {
  const { pathname, search } = new URL(request.url());
  if (!pathname.startsWith('/v1/')) return;
  const path = pathname.replace(walletId, '{id}') + search;
  requests.set(path, [...(requests.get(path) ?? []), request.timing().responseEnd]);
}

/** Of everything else that the pages show as much as nobody reads, a rule, and many grants that are not spent yet. */
async function fillPage({ walletId, service, apiKey, client }: Options): Promise<void> {
  const path = `${service.url}/v1/wallets/${walletId}`;
  const send = async (method: string, to: string, body: object) => {
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const answer = await fetch(to, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${to} answered ${answer.status}: ${await answer.text()}`);
  };
  for (let grant = 1; grant <= GRANTS; grant += 1) {
    const lot = { credits_to_add: '10', transaction_reason: 'FREE_CREDIT_GRANT', priority: grant % 7 };
    await send('POST', `${path}/top-up`, { ...lot, idempotency_key: `page-${grant}` });
  }
  await send('PUT', path, { auto_topup: { enabled: true, threshold: '30', amount: '50', invoicing: false } });
  await client.query(fillRest(walletId, OTHERS));
  await client.query(
    `insert into top_up_decision (shard, wallet_id, id, tenant_id, environment_id, customer_id, trigger, rule_version,
       verdict, code, reason, available, posted, held, open_top_up_ids, occurrences, last_seen_at, created_at, dedupe_key)
     select w.shard, w.id, 'page_' || n, w.tenant_id, w.environment_id, w.customer_id, 'threshold', 1, 'skip', 'cool_off',
       'it cools off', 1, 1, 0, '[]', 1, now() - n * interval '1 hour', now() - n * interval '1 hour', 'page_' || n
     from wallet w, generate_series(1, ${OTHERS}) n where w.id = $1`,
    [walletId],
  );
  await client.query('vacuum analyze');
}

function medianOf(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
