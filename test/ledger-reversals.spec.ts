import { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../src/shared/ids.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const HOUR_MS = 3_600_000;

describe('reversals, with two processes on one database', () => {
  let service: TestApp;
  let other: TestApp;
  let here: TestLedger;
  let there: TestLedger;
  beforeAll(async () => {
    service = await startTestApp({ database: await createTestDatabase() });
    other = await startTestApp({
      database: { ...service.database, drop: async () => undefined },
      clock: service.clock,
    });
    here = new TestLedger(service);
    there = new TestLedger(other);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(async () => {
    await other.close();
    await service.close();
  });

  const later = (hours: number) => new Date(service.clock.now().getTime() + hours * HOUR_MS);
  const acceptedOf = (results: PromiseSettledResult<unknown>[]) =>
    results.filter(({ status }) => status === 'fulfilled').length;
  /** The calls alternate between the processes, and neither waits for the other. */
  const both = (calls: number, call: (ledger: TestLedger) => Promise<unknown>) =>
    Promise.allSettled(Array.from({ length: calls }, (_, index) => call(index % 2 ? here : there)));
  async function debit(walletId: string, credits: string): Promise<string> {
    const key = newId('req', service.clock.now());
    await here.debit(walletId, credits, key);
    return here.entryId(walletId, key);
  }
  /** Of each lot that has something left, what it has. */
  const left = async (walletId: string) =>
    Object.fromEntries(
      (await here.openLots(walletId)).map(({ priority, remaining }) => [priority ?? 'none', remaining.toFixed()]),
    );

  it('never give back more than the debit took, lots and debt', async () => {
    for (let round = 0; round < 10; round += 1) {
      const walletId = await here.open({}, '20');
      await here.credit(walletId, '5', { priority: 1 });
      const entryId = await debit(walletId, '10');
      // Room in the lot: without it the bounds of the table alone would refuse what is too much.
      await debit(walletId, '12');
      expect(acceptedOf(await both(12, (ledger) => ledger.reverse(walletId, entryId, '3')))).toBe(3);
      expect((await there.evaluate(walletId)).balance).toBe('12');
      expect(acceptedOf(await both(4, (ledger) => ledger.reverse(walletId, entryId)))).toBe(1);
      expect(await left(walletId)).toEqual({ 1: '5', none: '8' });
    }
  });

  it('never void more than is unspent, while debits spend it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const walletId = await here.open();
      await here.credit(walletId, '10', { idempotencyKey: 'grant' });
      const grantId = await here.entryId(walletId, 'grant');
      const [voids, debits] = await Promise.all([
        both(6, (ledger) => ledger.reverse(walletId, grantId, '2')),
        both(6, (ledger) => ledger.debit(walletId, '2')),
      ]);
      expect(acceptedOf(voids) + acceptedOf(debits)).toBe(5);
      expect((await there.evaluate(walletId)).balance).toBe('0');
    }
  });

  it('happen once for a key, whichever process it comes to', async () => {
    const walletId = await here.open({}, '10');
    const entryId = await debit(walletId, '10');
    const answers = await both(10, (ledger) => ledger.reverse(walletId, entryId, '2', 'forfeit', `once-${walletId}`));
    expect(acceptedOf(answers)).toBe(10);
    expect((await here.evaluate(walletId)).balance).toBe('2');
  });

  it('go back the way the credits were taken, also when the spend order has changed since', async () => {
    const walletId = await here.open();
    await here.credit(walletId, '5', { expiresAt: later(1), priority: 1 });
    await here.credit(walletId, '5', { expiresAt: later(2), priority: 1 });
    const first = await debit(walletId, '2');
    const second = await debit(walletId, '8');
    service.clock.advance(HOUR_MS);
    await here.reverse(walletId, first, null, { restoreUntil: null });
    const dates = async () =>
      (await here.openLots(walletId)).map(
        ({ expiresAt, remaining }) => `${expiresAt ? 'expires' : 'stays'} ${remaining.toFixed()}`,
      );
    expect(await dates()).toEqual(['stays 2']);
    await here.reverse(walletId, second, '4');
    expect((await dates()).toSorted()).toEqual(['expires 4', 'stays 2']);
  });

  it('of a capture with overage give back the overage first', async () => {
    const walletId = await here.open();
    await here.credit(walletId, '5', { priority: 2 });
    await here.hold(walletId, `hold-${walletId}`, '5', null, '5');
    await here.credit(walletId, '5', { priority: 1 });
    await here.capture(walletId, `hold-${walletId}`, '8', true, `capture-${walletId}`);
    expect(await left(walletId)).toEqual({ 1: '2' });
    await here.reverse(walletId, await here.entryId(walletId, `capture-${walletId}`), '3');
    expect(await left(walletId)).toEqual({ 1: '5' });
  });

  it('leave a closed wallet as it is, and so does the overage of a hold', async () => {
    const walletId = await here.open({}, '5');
    await here.hold(walletId, `hold-${walletId}`, '5', null, '5');
    await here.capture(walletId, `hold-${walletId}`, '5', false, `capture-${walletId}`);
    const entryId = await here.entryId(walletId, `capture-${walletId}`);
    await here.close(walletId);
    const refusals = [
      here.reverse(walletId, entryId),
      here.reverse(walletId, entryId, '1', { restoreUntil: null }),
      here.capture(walletId, `hold-${walletId}`, '1'),
    ];
    for (const refusal of refusals) {
      await expect(refusal).rejects.toMatchObject({ kind: 'invalid_operation', message: 'the wallet is closed' });
    }
  });
});
