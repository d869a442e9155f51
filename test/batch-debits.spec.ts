import { EntityManager } from '@mikro-orm/postgresql';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

interface Result {
  index: number;
  success: boolean;
  credit_balance: string | null;
  transaction_id: string | null;
  replayed: boolean;
  error: { code: string; message: string; http_status_code: number } | null;
}
interface Answer {
  results: Result[];
  succeeded: number;
  failed: number;
}

describe.each(DATABASES)('debits in batches, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: WalletScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await WalletScene.create(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const row = (walletId: string, credits: unknown, key = scene.key()) => ({
    wallet_id: walletId,
    credits,
    transaction_reason: 'MANUAL_BALANCE_DEBIT',
    idempotency_key: key,
  });
  const send = async (debits: unknown): Promise<Answer> => {
    const { status, body } = await scene.client.post('/v1/wallets/debits/batch', { debits });
    expect({ status, error: status === 200 ? null : (body as unknown) }).toEqual({ status: 200, error: null });
    return body as Answer;
  };

  it('are carried out in order, each with its own result', async () => {
    const one = await scene.wallet('10');
    const two = await scene.wallet('10');
    const { results, succeeded, failed } = await send([row(one.id, '4'), row(two.id, '1'), row(one.id, '5')]);
    expect(results.map(({ credit_balance }) => credit_balance)).toEqual(['6', '9', '1']);
    expect({ succeeded, failed }).toEqual({ succeeded: 3, failed: 0 });
    const [last] = await scene.transactions(one.id);
    expect(last).toMatchObject({ id: results[2]!.transaction_id, credit_amount: '5' });
  });

  it('do not disturb their neighbours when one is wrong, short or unknown', async () => {
    const { id } = await scene.wallet('10');
    const stranger = await WalletScene.create(service);
    const foreign = await stranger.wallet('10');
    const { results } = await send([
      row(id, '1'),
      row(id, '100'),
      row(id, '-1'),
      row('wallet_nothing', '1'),
      row(foreign.id, '1'),
      { wallet_id: id },
      null,
      'text',
      [],
      { ...row(id, '1'), idempotency_key: undefined },
      row(id, '9'),
    ]);
    expect(results.map(({ error }) => error?.http_status_code ?? 200)).toEqual([
      200, 402, 400, 404, 404, 400, 400, 400, 400, 400, 200,
    ]);
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(results[1]!.error).toMatchObject({ code: 'insufficient_credits' });
    expect(results[2]!.error!.message).toContain('credits');
    expect(results.at(-1)!.credit_balance).toBe('0');
  });

  it('happen once for each key: in the batch, in a repeated batch, and in parallel', async () => {
    const { id } = await scene.wallet('100');
    const debits = Array.from({ length: 20 }, () => row(id, '1'));
    const first = await send([...debits, debits[0]]);
    expect(first.results.at(-1)).toMatchObject({ success: true, replayed: true, credit_balance: '99' });
    const again = await Promise.all([send(debits), send(debits)]);
    for (const { results } of again) {
      expect(results.every(({ replayed }) => replayed)).toBe(true);
      expect(results.map(({ transaction_id }) => transaction_id)).toEqual(
        first.results.slice(0, 20).map(({ transaction_id }) => transaction_id),
      );
    }
    const other = await send([row(id, '2', debits[0]!.idempotency_key)]);
    expect(other.results[0]!.error).toMatchObject({ http_status_code: 422 });
    expect(await scene.balance(id)).toMatchObject({ credit_balance: '80' });
  });

  it('spend exactly what there is: 1,000 rows on credits for 600', async () => {
    const { id } = await scene.wallet('600');
    const { succeeded, failed, results } = await send(Array.from({ length: 1000 }, () => row(id, '1')));
    expect({ succeeded, failed }).toEqual({ succeeded: 600, failed: 400 });
    expect(results.findIndex(({ success }) => !success)).toBe(600);
    expect(await scene.balance(id)).toMatchObject({ credit_balance: '0' });
  });

  it.each([
    ['no list', {}],
    ['an empty list', { debits: [] }],
    ['something else', { debits: 'many' }],
    ['1,001 rows', { debits: Array.from({ length: 1001 }, () => 1) }],
    ['an unknown field', { debits: [1], colour: 'red' }],
  ])('are refused as a whole for %s', async (_what, body) => {
    const answer = await scene.client.post('/v1/wallets/debits/batch', body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(/debits|colour/);
  });

  it('have room for 1 MiB, and 413 beyond', async () => {
    const description = 'x'.repeat(900);
    const { id } = await scene.wallet('10');
    expect((await send(Array.from({ length: 900 }, () => ({ ...row(id, '0.001'), description })))).succeeded).toBe(900);
    const tooMuch = Array.from({ length: 1000 }, () => ({ ...row(id, '1'), description: 'x'.repeat(1000) }));
    expect((await scene.client.post('/v1/wallets/debits/batch', { debits: tooMuch })).status).toBe(413);
  });
});
