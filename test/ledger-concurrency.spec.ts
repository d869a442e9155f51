import { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../src/shared/errors.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

describe.each(DATABASES)('the ledger under concurrency, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let ledger: TestLedger;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    ledger = new TestLedger(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  it('accepts exactly 100 of 500 parallel debits of 1 on 100 credits', async () => {
    const walletId = await ledger.open({}, '100');
    const results = await Promise.allSettled(Array.from({ length: 500 }, () => ledger.debit(walletId, '1')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as DomainError] : []));
    expect(new Set(refusals.map(({ kind }) => kind))).toEqual(new Set(['insufficient_credits']));
    expect((await ledger.evaluate(walletId)).balance).toBe('0');
  });

  it('gives 50 calls with 5 keys 5 effects and identical answers', async () => {
    const walletId = await ledger.open({}, '100');
    const calls = Array.from({ length: 50 }, (_, call) => ledger.debit(walletId, '3', `key-${walletId}-${call % 5}`));
    const answers = await Promise.all(calls);
    expect((await ledger.evaluate(walletId)).balance).toBe('85');
    for (let key = 0; key < 5; key += 1) {
      const ofKey = answers.filter((_, call) => call % 5 === key).map((answer) => JSON.stringify(answer));
      expect(new Set(ofKey).size).toBe(1);
    }
    expect(new Set(answers.map(({ balance }) => balance)).size).toBe(5);
  });

  it('refuses a debit that is too large without disturbing its neighbours in the batch', async () => {
    const walletId = await ledger.open({}, '10');
    const sizes = ['4', '100', '4', '3', '2'];
    const results = await Promise.allSettled(sizes.map((size) => ledger.debit(walletId, size)));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect((await ledger.evaluate(walletId)).balance).toBe('0');
  });

  it('replays a refusal to the same key, also when credits have come meanwhile, and takes a new key', async () => {
    const walletId = await ledger.open({}, '1');
    await expect(ledger.debit(walletId, '5', `late-${walletId}`)).rejects.toMatchObject({
      kind: 'insufficient_credits',
    });
    await ledger.credit(walletId, '10');
    await expect(ledger.debit(walletId, '5', `late-${walletId}`)).rejects.toMatchObject({ isReplayed: true });
    expect((await ledger.debit(walletId, '5', `new-${walletId}`)).balance).toBe('6');
  });

  it('refuses a key that was used with another request', async () => {
    const walletId = await ledger.open({}, '10');
    await ledger.debit(walletId, '1', `reused-${walletId}`);
    const reused = ledger.debit(walletId, '2', `reused-${walletId}`);
    await expect(reused).rejects.toMatchObject({ kind: 'idempotency_key_reused' });
    expect((await ledger.evaluate(walletId)).balance).toBe('9');
  });
});
