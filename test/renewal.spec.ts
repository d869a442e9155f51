import { EntityManager } from '@mikro-orm/postgresql';
import { BalanceHistoryService } from '../src/ledger/balance-history.service.js';
import { withinScope } from '../src/shared/sight.js';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { TopUpsService } from '../src/top-ups/purchases/top-ups.service.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { WalletReader } from '../src/wallets/wallet-reader.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR } from './support/ledger.js';
import { PACK, TopUpScene } from './support/top-ups.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the renewal of purchased credits', () => {
  let service: TestApp;
  let scene: TopUpScene;
  /** Twenty seconds into its day, so that what happened a minute ago was before the renewal could begin. */
  let date: Date;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 300 } });
    scene = await TopUpScene.create(service);
  });
  beforeEach(() => {
    const today = service.clock.now().toISOString().slice(0, 10);
    date = new Date(Date.parse(`${today}T00:00:20Z`) + 20 * DAY_MS);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  /** 80 purchased credits that end on the date, and a rule that renews them. */
  async function expiringWallet(card?: string, onExpiration = true) {
    const wallet = await scene.newWallet('0.5', card);
    await scene.ledger.debit(wallet.walletId, '0.5');
    await scene.ledger.credit(wallet.walletId, '80', { reason: 'PURCHASED_CREDIT_DIRECT', expiresAt: date });
    await scene.setAccountRules(wallet.walletId, { onExpiration });
    return wallet;
  }

  /** Moves the clock to so long before or after the date, and lets the scheduled task run. */
  async function at(fromDateMs: number): Promise<void> {
    service.clock.set(new Date(date.getTime() + fromDateMs));
    await scene.runTask();
  }

  const buyNow = ({ walletId, customerId }: { walletId: string; customerId: string }) =>
    service.get(TopUpsService).purchase({
      scope: scene.scope,
      wallet: { id: walletId, customerId },
      pack: PACK,
      provider: 'sandbox',
      description: '100 credits',
      actor: ACTOR,
    });

  /** As it was last committed: nothing looks at the wallet for it. */
  async function storedBalance(walletId: string): Promise<string> {
    const wallet = await service.get(EntityManager).fork().findOneOrFail(Wallet, { id: walletId });
    return wallet.creditBalance.toFixed();
  }

  /** What can be read and what can be spent. */
  async function expectSpendable(walletId: string, credits: string): Promise<void> {
    const [view, past] = await withinScope(scene.scope, async () => [
      await service.get(WalletReader).find(scene.scope, walletId, true),
      await service.get(BalanceHistoryService).balanceAt(scene.scope, walletId, service.clock.now()),
    ]);
    const purchased = past?.bySource.purchased;
    const read = [view?.lots?.unheld, purchased?.posted.minus(purchased.expired).toFixed()];
    const { balance } = await scene.ledger.evaluate(walletId);
    expect([...read, balance]).toEqual([credits, credits, credits]);
    await scene.ledger.hold(
      walletId,
      `hold_${walletId}_${service.clock.now().getTime()}`,
      credits,
      service.clock.now(),
    );
    await service.get(LedgerSweeps).expireHolds();
  }

  const skips = async (walletId: string, code: string) =>
    (await scene.decisions(walletId)).filter((decision) => decision.verdict === 'skip' && decision.code === code);

  const expirationBought = async (walletId: string) =>
    (await scene.topUps(walletId)).filter(({ trigger }) => trigger === 'expiration').map((topUp) => topUp.topUpStatus);

  it('waits out the cool-off of a threshold purchase of 30 s before, and forfeits nothing', async () => {
    const { walletId } = await expiringWallet();
    await at(-30 * SECOND_MS);
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    await at(0);
    expect(await skips(walletId, 'cool_off')).toMatchObject([{ trigger: 'expiration' }]);
    await expectSpendable(walletId, '100');
    await at(31 * SECOND_MS);
    expect(await expirationBought(walletId)).toEqual(['succeeded']);
    await at(2 * DAY_MS);
    expect(await scene.balance(walletId)).toBe('200');
  });

  it('waits for another purchase that is open, and renews afterwards', async () => {
    const { walletId, customerId } = await expiringWallet('pm_sandbox_hang');
    await at(-25 * SECOND_MS);
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    await scene.useCard(customerId, 'pm_sandbox_approve');
    await at(0);
    await expectSpendable(walletId, '80');
    await at(31 * SECOND_MS);
    expect(await scene.balance(walletId)).toBe('100');
    await at(2 * MINUTE_MS);
    expect(await expirationBought(walletId)).toEqual(['succeeded']);
    await at(2 * DAY_MS);
    expect(await scene.balance(walletId)).toBe('200');
  });

  it('gives 180 after a purchase by hand that succeeds while the date passes', async () => {
    const wallet = await expiringWallet('pm_sandbox_hang', false);
    await at(-10 * SECOND_MS);
    await buyNow(wallet);
    await at(0);
    await expectSpendable(wallet.walletId, '80');
    await at(31 * SECOND_MS);
    expect(await scene.topUps(wallet.walletId)).toMatchObject([{ trigger: 'manual', topUpStatus: 'succeeded' }]);
    await at(2 * DAY_MS);
    expect(await scene.balance(wallet.walletId)).toBe('180');
  });

  it('forfeits in the very commit in which that purchase fails', async () => {
    const wallet = await expiringWallet('pm_sandbox_requires_action', false);
    await at(-10 * SECOND_MS);
    await buyNow(wallet);
    await at(0);
    expect(await storedBalance(wallet.walletId)).toBe('80');
    const [topUp] = await scene.topUps(wallet.walletId);
    await scene.change(wallet.walletId, { kind: 'cancel', topUpId: topUp!.id });
    await scene.runTask();
    expect(await scene.topUps(wallet.walletId)).toMatchObject([{ topUpStatus: 'canceled' }]);
    expect(await storedBalance(wallet.walletId)).toBe('0');
  });

  it('tells 7 days and 1 day before that a paused rule will not renew, and forfeits at the date', async () => {
    const { walletId } = await expiringWallet();
    await scene.change(walletId, { kind: 'pause', reason: 'card_declined', cardFingerprint: null });
    const told = async () =>
      (await skips(walletId, 'paused')).filter(({ dedupeKey }) => dedupeKey.includes(date.toISOString()));
    await at(-7 * DAY_MS - SECOND_MS);
    expect(await told()).toHaveLength(0);
    await at(-7 * DAY_MS);
    expect(await told()).toHaveLength(1);
    await at(-2 * DAY_MS);
    expect(await told()).toHaveLength(1);
    await at(-DAY_MS);
    expect((await told()).map(({ createdAt }) => (date.getTime() - createdAt.getTime()) / DAY_MS)).toEqual([7, 1]);
    await at(-SECOND_MS);
    expect(await storedBalance(walletId)).toBe('80');
    await at(0);
    expect(await storedBalance(walletId)).toBe('0');
    expect(await scene.topUps(walletId)).toHaveLength(0);
  });

  it('tells the same of a monthly cap, by the month of the date, and forfeits at the date', async () => {
    const { walletId } = await expiringWallet();
    await scene.setLimits(walletId, { monthlyAmountMinor: 100 });
    await at(-7 * DAY_MS);
    await at(-DAY_MS);
    const told = await skips(walletId, 'monthly_amount_cap');
    expect(told.map(({ createdAt }) => (date.getTime() - createdAt.getTime()) / DAY_MS)).toEqual([7, 1]);
    await at(0);
    expect(await storedBalance(walletId)).toBe('0');
  });

  it('does not tell of a cap whose month is over by then', async () => {
    date = new Date('2026-09-03T00:00:20Z');
    const { walletId } = await expiringWallet();
    await scene.setLimits(walletId, { monthlyCount: 1 });
    service.clock.set('2026-08-20T10:00:00Z');
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    await scene.setAutoTopUp(walletId, { enabled: false });
    await at(-7 * DAY_MS);
    await at(-DAY_MS);
    expect(await skips(walletId, 'monthly_count_cap')).toHaveLength(0);
    await at(0);
    expect(await expirationBought(walletId)).toEqual(['succeeded']);
    expect(await scene.balance(walletId)).toBe('200');
  });

  it('keeps credits that only wait for 72 hours, and not a moment longer', async () => {
    const { walletId, customerId } = await expiringWallet('pm_sandbox_hang_before');
    await at(-25 * SECOND_MS);
    // Buys no validity, so it moves no date: what keeps the credits is that the renewal waits for it.
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    await at(0);
    expect((await skips(walletId, 'already_under_way')).map(({ trigger }) => trigger)).toContain('expiration');
    await at(72 * HOUR_MS - 1);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    expect(await storedBalance(walletId)).toBe('80');
    await at(72 * HOUR_MS);
    expect(await storedBalance(walletId)).toBe('0');
    await scene.useCard(customerId, 'pm_sandbox_approve');
  });

  it('waits until the hour is over where the hourly limit is reached, and pauses nothing', async () => {
    const { walletId } = await expiringWallet();
    await scene.setLimits(walletId, { maxPerHour: 1 });
    await at(-30 * MINUTE_MS);
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    // It would be paused by the limit, and the wallet with it.
    await scene.setAutoTopUp(walletId, { enabled: false });
    await at(0);
    expect(await skips(walletId, 'hourly_limit')).toMatchObject([{ trigger: 'expiration' }]);
    const guard = await service.get(EntityManager).fork().findOneOrFail(TopUpGuard, { walletId });
    expect(guard).toMatchObject({ pausedAt: null, nextEvaluationAt: new Date(date.getTime() + 30 * MINUTE_MS) });
    await expectSpendable(walletId, '100');
    await at(30 * MINUTE_MS);
    expect(await expirationBought(walletId)).toEqual(['succeeded']);
    await at(2 * DAY_MS);
    expect(await scene.balance(walletId)).toBe('200');
  });

  it('renews also when the service was down over the date and a debit comes first', async () => {
    const { walletId } = await expiringWallet();
    service.clock.set(new Date(date.getTime() + 5 * HOUR_MS));
    expect((await scene.ledger.debit(walletId, '10')).balance).toBe('70');
    await scene.settle();
    await scene.runTask();
    expect(await expirationBought(walletId)).toEqual(['succeeded']);
    await at(2 * DAY_MS);
    expect(await scene.balance(walletId)).toBe('170');
  });

  it('forfeits kept credits in the very commit in which their rule is switched off', async () => {
    const { walletId } = await expiringWallet();
    await at(-30 * SECOND_MS);
    await scene.setAutoTopUp(walletId, { threshold: '85', amount: '20' });
    await scene.settle();
    await at(0);
    expect(await storedBalance(walletId)).toBe('100');
    await scene.setAccountRules(walletId, { onExpiration: false });
    expect(await storedBalance(walletId)).toBe('20');
  });

  it('has nothing to write for a wallet whose time has not come', async () => {
    const { walletId } = await expiringWallet();
    const written = async () =>
      service
        .get(EntityManager)
        .fork()
        .execute<{ version: string }[]>(
          `select xmin::text as version from top_up_guard where wallet_id = ?
           union all select xmin::text from wallet where id = ? union all select xmin::text from lot where wallet_id = ?
           union all select xmin::text from top_up_decision where wallet_id = ?`,
          [walletId, walletId, walletId, walletId],
        );
    const before = await written();
    await scene.ledger.evaluate(walletId);
    await scene.ledger.evaluate(walletId);
    await scene.runTask();
    expect(await written()).toEqual(before);
  });
});
