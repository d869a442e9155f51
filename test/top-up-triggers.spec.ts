import { EntityManager } from '@mikro-orm/postgresql';
import { decimal } from '../src/shared/decimal.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { PACK, TopUpScene } from './support/top-ups.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe.each(DATABASES)('when a top-up is bought, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase(), config: { paymentTimeoutMs: 1500 } });
    scene = await TopUpScene.create(service);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  async function nextLook(walletId: string): Promise<string | null> {
    const guard = await service.get(EntityManager).fork().findOneOrFail(TopUpGuard, { walletId });
    return guard.nextEvaluationAt?.toISOString() ?? null;
  }

  describe('threshold', () => {
    it('buys when a debit reaches the threshold exactly, and not above it', async () => {
      const { walletId } = await scene.newWallet('30');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      await scene.ledger.debit(walletId, '19');
      await scene.settle();
      expect(await scene.topUps(walletId)).toHaveLength(0);
      await scene.ledger.debit(walletId, '1');
      await scene.settle();
      expect(await scene.topUps(walletId)).toMatchObject([
        { trigger: 'threshold', topUpStatus: 'succeeded', priceMinor: 5000, currency: 'usd', attempt: 1 },
      ]);
      expect(await scene.balance(walletId)).toBe('60');
      expect(await scene.decisions(walletId)).toMatchObject([
        {
          verdict: 'buy',
          code: 'threshold_reached',
          reason: 'buys 50 credits because 10 were left, at or below the threshold of 10',
        },
      ]);
    });

    it('counts what is on hold as gone', async () => {
      const { walletId } = await scene.newWallet('30');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      await scene.ledger.hold(walletId, `hold_${walletId}`, '25');
      await scene.settle();
      expect(await scene.balance(walletId)).toBe('80');
    });

    it('buys at once when it is switched on while the balance is low already', async () => {
      const { walletId } = await scene.newWallet('5');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      await scene.settle();
      expect(await scene.balance(walletId)).toBe('55');
    });

    it('clears a gap of twelve increments with one charge that ends above the threshold', async () => {
      const { walletId } = await scene.newWallet('0.5');
      await scene.setAutoTopUp(walletId, { threshold: '1200', amount: '100' });
      await scene.settle();
      expect(await scene.topUps(walletId)).toMatchObject([{ units: 12, priceMinor: 120_000 }]);
      expect(await scene.balance(walletId)).toBe('1200.5');
    });

    it('looks at a wallet when time can change the answer, and at no other time', async () => {
      const { walletId } = await scene.newWallet('30');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50', cooldown: { value: 7, unit: 'day' } });
      expect(await nextLook(walletId)).toBeNull();
      await scene.ledger.debit(walletId, '20');
      await scene.settle();
      expect(await nextLook(walletId)).toBeNull();
      await scene.ledger.debit(walletId, '50');
      await scene.settle();
      expect(await nextLook(walletId)).toBe(new Date(service.clock.now().getTime() + 7 * DAY_MS).toISOString());
    });

    it('with invoicing, leaves a pending credit and an open invoice, and asks only once', async () => {
      const { walletId } = await scene.newWallet('30');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50', invoicing: true });
      await scene.ledger.debit(walletId, '25');
      await scene.settle();
      await scene.ledger.debit(walletId, '1');
      await scene.runTask();
      const topUps = await scene.topUps(walletId);
      expect(topUps).toMatchObject([{ topUpStatus: 'awaiting_payment' }]);
      expect(topUps[0]?.invoiceId).toMatch(/^inv_/);
      expect(await scene.balance(walletId)).toBe('4');
      expect((await scene.decisions(walletId)).map(({ code }) => code)).toEqual([
        'threshold_reached',
        'already_under_way',
      ]);
    });
  });

  describe('insufficient', () => {
    it('refuses the debit and buys as many packs as the gap takes, once', async () => {
      const { walletId } = await scene.newWallet('3');
      await scene.setAccountRules(walletId, { onInsufficient: true });
      const refusals = await Promise.allSettled([1, 2, 3].map(() => scene.ledger.debit(walletId, '250')));
      expect(refusals.map((refusal) => (refusal.status === 'rejected' ? refusal.reason.details : null))).toMatchObject([
        { balance: '3', required: '250', top_up: { status: 'created' } },
        { balance: '3', required: '250', top_up: { status: 'created' } },
        { balance: '3', required: '250', top_up: { status: 'created' } },
      ]);
      await scene.settle();
      expect(await scene.topUps(walletId)).toMatchObject([
        { trigger: 'insufficient', units: 3, priceMinor: 29_700, topUpStatus: 'succeeded', packId: PACK.id },
      ]);
      expect((await scene.ledger.debit(walletId, '250')).balance).toBe('53');
    });

    it('buys for a hold that can’t be covered, and not for one that can', async () => {
      const { walletId } = await scene.newWallet('30');
      await scene.setAccountRules(walletId, { onInsufficient: true });
      await scene.ledger.hold(walletId, `hold_a_${walletId}`, '25');
      await scene.settle();
      expect(await scene.topUps(walletId)).toHaveLength(0);
      await expect(scene.ledger.hold(walletId, `hold_b_${walletId}`, '25')).rejects.toMatchObject({
        details: { balance: '5', required: '25' },
      });
      await scene.settle();
      expect(await scene.balance(walletId)).toBe('130');
    });

    it('does not spend a fortune on a debit that somebody made up', async () => {
      const { walletId } = await scene.newWallet('3');
      await scene.setAccountRules(walletId, { onInsufficient: true });
      await expect(scene.ledger.debit(walletId, '1000000')).rejects.toMatchObject({ details: { top_up: null } });
      expect(await scene.topUps(walletId)).toHaveLength(0);
      expect(await scene.decisions(walletId)).toMatchObject([{ verdict: 'skip', code: 'purchase_too_large' }]);
    });
  });

  describe('expiration', () => {
    const purchased = (expiresAt: Date) => ({ reason: 'PURCHASED_CREDIT_DIRECT', expiresAt }) as const;

    it('buys the pack on the date, and the purchase moves the date of all purchased credits', async () => {
      const { walletId } = await scene.newWallet('7');
      const expiresAt = new Date(service.clock.now().getTime() + 3 * DAY_MS);
      await scene.ledger.credit(walletId, '40', purchased(expiresAt));
      await scene.setAccountRules(walletId, { onExpiration: true });
      await scene.runTask();
      expect(await scene.topUps(walletId)).toHaveLength(0);
      service.clock.set(new Date(`${expiresAt.toISOString().slice(0, 10)}T00:00:01Z`));
      await scene.runTask();
      expect(await scene.topUps(walletId)).toMatchObject([
        { trigger: 'expiration', units: 1, topUpStatus: 'succeeded' },
      ]);
      service.clock.set(new Date(expiresAt.getTime() + DAY_MS));
      await scene.runTask();
      expect(await scene.balance(walletId)).toBe('147');
      expect(await scene.topUps(walletId)).toHaveLength(1);
    });

    it('keeps the credits spendable past their instant while the purchase is open, and forfeits them once it has failed', async () => {
      const { walletId } = await scene.newWallet('0.5', 'pm_sandbox_hang_before');
      const expiresAt = new Date(service.clock.now().getTime() + 2 * DAY_MS);
      await scene.ledger.credit(walletId, '40', purchased(expiresAt));
      await scene.setAccountRules(walletId, { onExpiration: true });
      service.clock.set(new Date(`${expiresAt.toISOString().slice(0, 10)}T00:00:01Z`));
      await scene.runTask();
      expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
      service.clock.set(expiresAt);
      expect((await scene.ledger.debit(walletId, '10')).balance).toBe('30.5');
      await service
        .get(EntityManager)
        .fork()
        .execute(`update top_up set top_up_status = 'failed' where wallet_id = ?`, [walletId]);
      await service
        .get(EntityManager)
        .fork()
        .execute(`update top_up_guard set paused_at = now(), pause_reason = 'card_declined' where wallet_id = ?`, [
          walletId,
        ]);
      await scene.runTask();
      expect(await scene.balance(walletId)).toBe('0.5');
    });

    it('without the rule, forfeits at the very instant, whether or not the task has run', async () => {
      const { walletId } = await scene.newWallet('1');
      const expiresAt = new Date(service.clock.now().getTime() + MINUTE_MS);
      await scene.ledger.credit(walletId, '40', purchased(expiresAt));
      service.clock.set(new Date(expiresAt.getTime() - 1));
      expect((await scene.ledger.debit(walletId, '5')).balance).toBe('36');
      service.clock.set(expiresAt);
      await expect(scene.ledger.debit(walletId, '2')).rejects.toMatchObject({
        details: { balance: '1', required: '2' },
      });
      await scene.runTask();
      expect(await scene.balance(walletId)).toBe('1');
    });
  });

  describe('limits', () => {
    it('waits out the cool-off and buys when it ends, without another debit', async () => {
      const { walletId } = await scene.newWallet('11');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '10' });
      await scene.ledger.debit(walletId, '1');
      await scene.settle();
      await scene.ledger.debit(walletId, '15');
      await scene.settle();
      expect(await scene.balance(walletId)).toBe('5');
      service.clock.advance(MINUTE_MS);
      await scene.runTask();
      expect(await scene.balance(walletId)).toBe('15');
    });

    it('pauses after three in an hour until somebody resumes it', async () => {
      const { walletId } = await scene.newWallet('20');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '10', cooldown: { value: 1, unit: 'second' } });
      for (let round = 0; round < 6; round += 1) {
        await settleDebit(walletId, '10');
        service.clock.advance(2 * MINUTE_MS);
      }
      expect(await scene.topUps(walletId)).toHaveLength(3);
      expect((await scene.decisions(walletId)).map(({ code }) => code)).toContain('hourly_limit');
      service.clock.advance(2 * 60 * MINUTE_MS);
      await scene.runTask();
      expect(await scene.topUps(walletId)).toHaveLength(3);
      await scene.setAutoTopUp(walletId, {});
      await scene.settle();
      expect(await scene.topUps(walletId)).toHaveLength(4);
    });

    it('keeps the monthly caps, and says when it will look again', async () => {
      const { walletId } = await scene.newWallet('20');
      service.clock.set('2027-01-10T00:00:00Z');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '10' });
      await scene.setLimits(walletId, { monthlyCount: 2, monthlyAmountMinor: 100_000 });
      for (let round = 0; round < 4; round += 1) {
        await settleDebit(walletId, '10');
        service.clock.advance(DAY_MS);
      }
      expect(await scene.topUps(walletId)).toHaveLength(2);
      const [capped] = (await scene.decisions(walletId)).filter(({ code }) => code === 'monthly_count_cap');
      expect(capped?.reason).toBe(
        'did not buy: the monthly cap of 2 top-ups is reached, next evaluation 2027-02-01T00:00:00Z',
      );
      service.clock.set('2027-02-01T00:00:00Z');
      await scene.runTask();
      expect(await scene.topUps(walletId)).toHaveLength(3);
    });

    it('buys less than it takes when the monthly amount does not allow more, and says so', async () => {
      const { walletId } = await scene.newWallet('1');
      await scene.setLimits(walletId, { monthlyAmountMinor: 3500 });
      await scene.setAutoTopUp(walletId, { threshold: '100', amount: '10' });
      await scene.settle();
      expect(await scene.topUps(walletId)).toMatchObject([{ units: 3, priceMinor: 3000, credits: decimal(30) }]);
      expect((await scene.decisions(walletId))[0]?.reason).toContain('the limits did not allow as much as it takes');
    });

    async function settleDebit(walletId: string, credits: string): Promise<void> {
      await scene.ledger.debit(walletId, credits).catch(() => undefined);
      await scene.settle();
    }
  });
});
