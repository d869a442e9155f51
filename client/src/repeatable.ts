/** Routes that take a header `Idempotency-Key`, by method and path of the OpenAPI document. A test holds them to it. */
export const KEYED_ROUTES: ReadonlySet<string> = new Set([
  'POST /account/credits/holds/',
  'POST /account/credits/holds/{id}/capture/',
  'POST /account/credits/holds/{id}/release/',
  'POST /account/credits/top-up/',
  'POST /account/credits/top-ups/{id}/cancel/',
  'POST /v1/customer/portal/purchases',
  'POST /v1/customer/portal/top-ups/{id}/cancel',
  'POST /v1/top-ups/{id}/refund',
  'POST /v1/transactions/{id}/reverse',
  'POST /v1/wallets',
  'POST /v1/wallets/{id}/debit',
  'POST /v1/wallets/{id}/holds',
  'POST /v1/wallets/{id}/holds/{hold_id}/capture',
  'POST /v1/wallets/{id}/holds/{hold_id}/release',
  'POST /v1/wallets/{id}/modify',
  'POST /v1/wallets/{id}/top-up',
  'POST /v1/wallets/{id}/transfer',
  'PUT /v1/invoices/{id}/payment',
]);

/**
 * Whether a request may be sent again without having been answered: it reads, or takes effect once.
 * @param key with which it does; undefined on a route that looks at none
 */
export function isRepeatable({ method, url }: Request, key: string | undefined): boolean {
  if (method === 'GET' || method === 'HEAD' || key !== undefined) return true;
  const { pathname } = new URL(url);
  // Each row of a batch has a key of its own.
  return method === 'POST' && (pathname.endsWith('/search') || pathname.endsWith('/debits/batch'));
}

export const KEY_HEADER = 'Idempotency-Key';

/** The caller's key of a request to a keyed route, from the header or the body; undefined where there is none. */
export async function givenKey(request: Request): Promise<string | undefined> {
  return request.headers.get(KEY_HEADER) ?? keyInBody(await request.clone().text());
}

/** 128 random bits, hex, kept over all tries, so that one whose answer was lost is not a second debit. `crypto.randomUUID` is not there on a page that came over http. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function keyInBody(text: string): string | undefined {
  if (!text.includes('"idempotency_key"')) return undefined;
  const { idempotency_key: key } = JSON.parse(text) as { idempotency_key?: string | null };
  // An empty one protects nothing.
  return key || undefined;
}
