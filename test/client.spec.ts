import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EntityManager } from '@mikro-orm/postgresql';
import {
  InsufficientCredits,
  NoAnswer,
  Refill,
  RefillError,
  type RefillOptions,
  TryLater,
} from '../client/src/index.js';
import { KEYED_ROUTES } from '../client/src/repeatable.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

type Operation = { parameters?: { name: string }[] };

describe('the client of our own', () => {
  let service: TestApp;
  let scene: WalletScene;
  beforeAll(async () => {
    service = await startTestApp();
    scene = await WalletScene.create(service);
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const refill = (options: Partial<RefillOptions> = {}) =>
    new Refill({ url: service.url, key: scene.client.key, ...options });
  const refused = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );
  const balanceOf = async (id: string) => (await refill().balance(id)).credit_balance;

  /** Asks the service, and loses as many of the first answers. */
  function losing(answers: number): { sent: Request[]; fetch: typeof fetch } {
    const sent: Request[] = [];
    return {
      sent,
      fetch: async (request) => {
        sent.push(request as Request);
        const response = await fetch(request);
        if (sent.length <= answers) throw new TypeError('the connection was lost');
        return response;
      },
    };
  }

  it('knows which routes take an idempotency key', () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, Operation>>;
    };
    const keyed = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { parameters = [] }]) => parameters.some(({ name }) => name === 'Idempotency-Key'))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect([...KEYED_ROUTES].toSorted()).toEqual(keyed.toSorted());
  });

  it('spends once what was answered twice into the void, with a key of its own as with the caller’s', async () => {
    for (const own of [{}, { idempotency_key: 'order-1' }]) {
      const { id } = await scene.wallet('25');
      const { sent, fetch } = losing(2);
      const wallet = await refill({ fetch }).debit(id, { credits: '10', ...own });
      expect([wallet.credit_balance, sent.length]).toEqual(['15', 3]);
      expect(new Set(sent.map(({ headers }) => headers.get('Idempotency-Key'))).size).toBe(1);
    }
  });

  it('keeps a caller’s key that no header can carry, or not as it is', async () => {
    for (const idempotency_key of ['заказ 1017', '"1017"', ' 1017 ']) {
      const { id } = await scene.wallet('25');
      await refill(losing(1)).debit(id, { credits: '10', idempotency_key });
      await refill().debit(id, { credits: '10', idempotency_key });
      expect([idempotency_key, await balanceOf(id)]).toEqual([idempotency_key, '15']);
      const error = await refused(
        refill(losing(3)).debit(id, { credits: '5', idempotency_key: `${idempotency_key}b` }),
      );
      expect(error).toMatchObject({ name: 'NoAnswer', idempotencyKey: `${idempotency_key}b` });
    }
  });

  it('takes an answer that breaks off for none', async () => {
    const { id } = await scene.wallet('25');
    const breaking = (answers: number) => {
      let times = 0;
      const broken = () =>
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('{"credit_balance":')),
          pull: (controller) => controller.error(new TypeError('terminated')),
        });
      return async (request: RequestInfo | URL) => {
        const { status, headers, body } = await fetch(request);
        times += 1;
        return new Response(times <= answers ? broken() : body, { status, headers });
      };
    };
    const wallet = await refill({ fetch: breaking(1) }).debit(id, { credits: '10' });
    expect(wallet.credit_balance).toBe('15');
    const error = await refused(refill({ fetch: breaking(3) }).debit(id, { credits: '5', idempotency_key: 'broken' }));
    expect(error).toMatchObject({ name: 'NoAnswer', idempotencyKey: 'broken' });
  });

  it('says with which key to repeat what nobody has answered', async () => {
    const { id } = await scene.wallet('25');
    const error = await refused(refill(losing(3)).debit(id, { credits: '10' }));
    expect(error).toBeInstanceOf(NoAnswer);
    const key = (error as NoAnswer).idempotencyKey as string;
    expect((error as NoAnswer).message).toContain(key);
    await refill().debit(id, { credits: '10', idempotency_key: key });
    expect(await balanceOf(id)).toBe('15');
  });

  it('sends nothing a second time that has no key, and all that reads', async () => {
    const { sent, fetch } = losing(1);
    const body = { external_id: scene.key(), name: 'Once' };
    const error = await refused(refill({ fetch }).api.POST('/v1/customers', { body }));
    expect([error, sent.length]).toEqual([expect.objectContaining({ name: 'NoAnswer', idempotencyKey: null }), 1]);
    // A header is no key on a route that looks at none.
    const keyed = losing(1);
    const headers = { 'Idempotency-Key': 'once' };
    const other = { external_id: scene.key(), name: 'Once more' };
    await refused(refill({ fetch: keyed.fetch }).api.POST('/v1/customers', { body: other, headers }));
    expect(keyed.sent.length).toBe(1);
    const again = losing(2);
    const { data } = await refill({ fetch: again.fetch }).api.POST('/v1/customers/search', { body: { limit: 1 } });
    expect([data?.items.length, again.sent.length]).toEqual([1, 3]);
  });

  it('gives up at its time-out, and when its caller does', async () => {
    const hanging: typeof fetch = (request) =>
      new Promise((_resolve, reject) => {
        const { signal } = request as Request;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const late = await refused(refill({ fetch: hanging, timeoutMs: 20, retries: 1 }).balance('wallet_1'));
    expect(late).toMatchObject({ name: 'NoAnswer', cause: { name: 'TimeoutError' } });
    const { api } = refill({ fetch: hanging });
    const signal = AbortSignal.timeout(20);
    const params = { path: { id: 'wallet_1' } };
    expect(await refused(api.GET('/v1/wallets/{id}', { params, signal }))).toBe(signal.reason);
  });

  it('throws what was refused, with its numbers', async () => {
    const { id } = await scene.wallet('25');
    const short = (await refused(refill().debit(id, { credits: '30' }))) as InsufficientCredits;
    expect(short).toBeInstanceOf(InsufficientCredits);
    expect(short).toMatchObject({ status: 402, balance: '25', required: '30', topUp: null, pausedReason: null });
    await refill().setAutoTopUp(id, { enabled: true, threshold: '10', amount: '50', invoicing: false });
    expect(await refused(refill().balance('wallet_unknown'))).toMatchObject({
      name: 'RefillError',
      status: 404,
      code: 'not_found',
      message: 'wallet not found',
      requestId: expect.stringMatching(/.+/),
    });
    const wrong = (await refused(refill().debit(id, { credits: '-1' }))) as RefillError;
    expect(Object.keys(wrong.details)).toEqual(['credits']);
    const nobody = new Refill({ url: service.url, key: 'sk_wrong' });
    expect(await refused(nobody.api.GET('/account/credits/'))).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('comes back when it is told to, unless that is too late', async () => {
    const told = (seconds: string) => {
      let times = 0;
      const refusal = () =>
        Response.json(
          { code: 'too_many_requests', message: 'slower' },
          { status: 429, headers: { 'Retry-After': seconds } },
        );
      return async (request: RequestInfo | URL) => (times++ === 0 ? refusal() : fetch(request));
    };
    const { id } = await scene.wallet('25');
    const before = Date.now();
    await refill({ fetch: told('1') }).debit(id, { credits: '1' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    const later = await refused(refill({ fetch: told('60') }).debit(id, { credits: '1' }));
    expect(later).toBeInstanceOf(TryLater);
    expect((later as TryLater).retryAfterSeconds).toBe(60);
    // As proxies say it.
    const date = new Date(Date.now() + 60_000).toUTCString();
    const dated = (await refused(refill({ fetch: told(date) }).debit(id, { credits: '1' }))) as TryLater;
    expect(dated.retryAfterSeconds).toBeGreaterThan(50);
    expect(dated.retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('spends in batches, and releases holds', async () => {
    const { id } = await scene.wallet('25');
    const { results } = await refill().debitAll([
      { wallet_id: id, credits: '5', idempotency_key: 'row-1' },
      { wallet_id: id, credits: '50', idempotency_key: 'row-2' },
    ]);
    expect(results.map(({ success, error }) => [success, error?.code])).toEqual([
      [true, undefined],
      [false, 'insufficient_credits'],
    ]);
    const hold = await refill().hold(id, { credits: '20' });
    expect((await refill().release(hold)).status).toBe('released');
    const { wallet } = await refill().topUp(id, { credits_to_add: '5', transaction_reason: 'FREE_CREDIT_GRANT' });
    expect(wallet.credit_balance).toBe('25');
  });

  it('does what its page shows', async () => {
    const { id } = await scene.wallet('25');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync('client/README.md', 'utf8')) ?? [];
    const here = code
      .replace(`'@refill/client'`, JSON.stringify(pathToFileURL(resolve('client/src/index.ts')).href))
      .replace('process.env.REFILL_URL', JSON.stringify(service.url))
      .replace('process.env.REFILL_KEY', JSON.stringify(scene.client.key))
      .replace('process.env.WALLET_ID', JSON.stringify(id))
      .replaceAll('console.log(', 'said.push(');
    const folder = mkdtempSync(join(tmpdir(), 'refill-client-'));
    try {
      writeFileSync(join(folder, 'page.mjs'), `export const said = [];\n${here}`);
      const { said } = (await import(pathToFileURL(join(folder, 'page.mjs')).href)) as { said: string[] };
      expect(said[0]).toBe('19.5 of 1000000');
      expect(said.at(-1)).toEqual(['19.5']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
