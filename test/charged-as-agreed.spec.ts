import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { TopUpsService } from '../src/top-ups/purchases/top-ups.service.js';
import { WalletConversionsService } from '../src/wallets/wallet-conversions.service.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR } from './support/ledger.js';
import { PACK, TopUpScene } from './support/top-ups.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('a card is charged only as agreed', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({
      database: await createTestDatabase(),
      config: { paymentTimeoutMs: 1500 },
    });
    scene = await TopUpScene.create(service);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  /** A wallet whose first automatic top-up was declined softly and waits for its next try, an hour from now. */
  async function waitingWallet(): Promise<{ walletId: string; customerId: string; topUpId: string }> {
    const wallet = await scene.newWallet('5', 'pm_sandbox_decline');
    await scene.setAutoTopUp(wallet.walletId, { threshold: '10', amount: '500' });
    await scene.settle();
    const [topUp] = await scene.topUps(wallet.walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'retry_wait', priceMinor: 50_000 });
    return { ...wallet, topUpId: topUp!.id };
  }

  async function withGoodCard({ walletId, customerId }: { walletId: string; customerId: string }): Promise<string[]> {
    await scene.useCard(customerId, 'pm_sandbox_approve');
    service.clock.advance(2 * DAY_MS);
    await scene.runTask();
    return (await scene.topUps(walletId)).map(({ topUpStatus, priceMinor }) => `${topUpStatus} ${priceMinor}`);
  }

  async function codesOf(walletId: string): Promise<string[]> {
    return (await scene.decisions(walletId)).map(({ verdict, code }) => `${verdict} ${code}`);
  }

  it('not after the rule was switched off, whatever card comes', async () => {
    const before = scene.charges().length;
    const wallet = await waitingWallet();
    await scene.setAutoTopUp(wallet.walletId, { enabled: false });
    expect(await withGoodCard(wallet)).toEqual(['canceled 50000']);
    expect(scene.charges()).toHaveLength(before);
    expect(await codesOf(wallet.walletId)).toContain('cancel rule_switched_off');
    const [topUp] = await scene.topUps(wallet.walletId);
    expect(topUp).toMatchObject({ lastErrorCode: 'rule_switched_off', nextAttemptAt: expect.any(Date) });
  });

  it('not at the old size after the rule was edited', async () => {
    const wallet = await waitingWallet();
    await scene.setAutoTopUp(wallet.walletId, { amount: '6' });
    expect(await withGoodCard(wallet)).toEqual(['canceled 50000', 'succeeded 600']);
    expect(await codesOf(wallet.walletId)).toContain('cancel rule_changed');
  });

  it('at the first agreement still, when the same settings are sent again', async () => {
    const wallet = await waitingWallet();
    await scene.setAutoTopUp(wallet.walletId, { threshold: '10', amount: '500' });
    expect(await withGoodCard(wallet)).toEqual(['succeeded 50000']);
  });

  it('not after a monthly cap was set that does not allow it', async () => {
    const wallet = await waitingWallet();
    await scene.setLimits(wallet.walletId, { monthlyAmountMinor: 10_000 });
    expect((await withGoodCard(wallet))[0]).toBe('canceled 50000');
  });

  it('not in more units at once than are allowed by now', async () => {
    const wallet = await scene.newWallet('5', 'pm_sandbox_decline');
    await scene.setAutoTopUp(wallet.walletId, { threshold: '30', amount: '6' });
    await scene.settle();
    await scene.setLimits(wallet.walletId, { maxUnits: 1 });
    expect((await withGoodCard(wallet))[0]).toBe('canceled 3000');
  });

  it('not after its pack was withdrawn, changed, or another chosen', async () => {
    const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_decline');
    await scene.setAccountRules(walletId, { onInsufficient: true });
    await scene.ledger.debit(walletId, '50').catch(() => undefined);
    await scene.settle();
    await scene.setAccountRules(walletId, { onInsufficient: true, pack: { ...PACK, id: 'other', priceMinor: 100 } });
    expect(await withGoodCard({ walletId, customerId })).toEqual(['canceled 9900']);
  });

  it('not when the environment charges through nobody any more, and nothing is credited either', async () => {
    const wallet = await waitingWallet();
    const settings = service.get(SettingsService);
    await settings.put({ ...scene.caller }, 'payments', { provider: 'none' });
    try {
      service.clock.advance(2 * HOUR_MS);
      await scene.runTask();
      expect(await scene.topUps(wallet.walletId)).toMatchObject([
        { topUpStatus: 'canceled', lastErrorCode: 'provider_changed', invoiceId: null },
        ...(await scene.topUps(wallet.walletId)).slice(1),
      ]);
    } finally {
      await settings.put({ ...scene.caller }, 'payments', { provider: 'sandbox' });
    }
  });

  it('not for a wallet that was closed meanwhile', async () => {
    const wallet = await waitingWallet();
    await service.get(LedgerService).post({
      kind: 'close',
      scope: scene.scope,
      walletId: wallet.walletId,
      actor: ACTOR,
      answer: () => null,
    });
    expect(await withGoodCard(wallet)).toEqual(['canceled 50000']);
    expect(await codesOf(wallet.walletId)).toContain('cancel wallet_not_active');
  });

  it('gives the payment up at the provider, so that nobody can pay it later for nothing', async () => {
    const wallet = await waitingWallet();
    await scene.setAutoTopUp(wallet.walletId, { enabled: false });
    await scene.settle();
    const [topUp] = await scene.topUps(wallet.walletId);
    const provider = (await service.get(PaymentProviders).byName(scene.scope, 'sandbox'))!;
    expect(topUp!.topUpStatus).toBe('canceled');
    expect(await provider.retrievePayment(topUp!.paymentId!)).toEqual({ kind: 'canceled' });
  });

  it('credits what was paid all the same while it was being canceled', async () => {
    const wallet = await waitingWallet();
    const [topUp] = await scene.topUps(wallet.walletId);
    await paidAllTheSame(topUp!.paymentId!);
    await scene.setAutoTopUp(wallet.walletId, { enabled: false });
    await scene.settle();
    expect(await scene.topUps(wallet.walletId)).toMatchObject([{ topUpStatus: 'succeeded' }]);
    expect(await scene.balance(wallet.walletId)).toBe('505');
  });

  it.each([
    ['credits', false, 'succeeded', '505'],
    ['refunds, for a wallet that is closed,', true, 'refunded', '0'],
  ])(
    '%s a success that is heard of after the purchase had ended as failed',
    async (_what, isClosed, status, balance) => {
      const wallet = await waitingWallet();
      const [topUp] = await scene.topUps(wallet.walletId);
      const end = { status: 'failed', code: 'gave_up', message: 'somebody gave up', pause: 'card_declined' } as const;
      await scene.change(wallet.walletId, { kind: 'end', topUpId: topUp!.id, end });
      await scene.setAutoTopUp(wallet.walletId, { enabled: false });
      if (isClosed) {
        const command = { scope: scene.scope, walletId: wallet.walletId, actor: ACTOR, answer: () => null } as const;
        await service.get(LedgerService).post({ kind: 'close', ...command });
      }
      await paidAllTheSame(topUp!.paymentId!);
      service.clock.advance(HOUR_MS);
      await scene.runTask();
      expect(await scene.topUps(wallet.walletId)).toMatchObject([{ topUpStatus: status }]);
      expect(await scene.balance(wallet.walletId)).toBe(balance);
    },
  );

  /** At the provider, behind the service's back: as a webhook that comes late would tell. */
  async function paidAllTheSame(paymentId: string): Promise<void> {
    const provider = (await service.get(PaymentProviders).byName(scene.scope, 'sandbox'))!;
    const paid = await provider.confirmPayment(
      { paymentId, paymentMethodRef: 'pm_sandbox_approve' },
      `late ${paymentId}`,
    );
    expect(paid).toMatchObject({ kind: 'succeeded' });
  }

  it('once, when a wallet is converted while a charge is under way: the credits come to its successor', async () => {
    const before = scene.charges().length;
    const { walletId } = await scene.newWallet('5', 'pm_sandbox_processing');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'processing' }]);
    const caller = { ...scene.caller, requestId: 'convert' } as never;
    const { body } = await service.get(WalletConversionsService).toPostpaid(caller, walletId);
    const successor = body.new_wallet.id;
    service.clock.advance(MINUTE_MS);
    await scene.runTask();
    expect(await scene.topUps(successor)).toMatchObject([{ topUpStatus: 'succeeded' }]);
    expect(await scene.balance(successor)).toBe('55');
    expect(scene.charges()).toHaveLength(before + 1);
  });

  it('with one intent and one attempt for each wallet, while four clients debit and the card is lost', async () => {
    const wallets = await Promise.all(
      Array.from({ length: 25 }, () => scene.newWallet('30', 'pm_sandbox_decline_hard')),
    );
    await Promise.all(
      wallets.map(({ walletId }) =>
        scene.setAutoTopUp(walletId, { threshold: '20', amount: '50', cooldown: { value: 1, unit: 'second' } }),
      ),
    );
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let round = 0; round < 5; round += 1) {
          await Promise.all(wallets.map(({ walletId }) => scene.ledger.debit(walletId, '1').catch(() => undefined)));
        }
      }),
    );
    await scene.settle();
    await scene.runTask();
    const intents = await Promise.all(wallets.map(({ walletId }) => scene.topUps(walletId)));
    expect(intents.map((own) => own.length)).toEqual(wallets.map(() => 1));
    const attempts = await Promise.all(intents.map(([topUp]) => scene.attempts(topUp!.id)));
    expect(attempts.map((own) => own.length)).toEqual(wallets.map(() => 1));
  });

  it('with a long cool-off that reaches over the end of a month', async () => {
    service.clock.set('2027-03-30T12:00:00Z');
    const { walletId } = await scene.newWallet('11');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '10', cooldown: { value: 7, unit: 'day' } });
    await scene.ledger.debit(walletId, '1');
    await scene.settle();
    await scene.ledger.debit(walletId, '15');
    for (const day of ['2027-04-01', '2027-04-05']) {
      service.clock.set(`${day}T12:00:00Z`);
      await scene.runTask();
      expect(await scene.topUps(walletId)).toHaveLength(1);
    }
    service.clock.set('2027-04-06T12:00:01Z');
    await scene.runTask();
    expect(await scene.topUps(walletId)).toHaveLength(2);
  });

  describe('while a customer is asked to confirm', () => {
    it('tries a new card at once and gives the old payment up', async () => {
      const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_requires_action');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      await scene.settle();
      const [asked] = await scene.topUps(walletId);
      expect(asked).toMatchObject({ topUpStatus: 'requires_action' });
      await scene.useCard(customerId, 'pm_sandbox_approve');
      await scene.settle();
      const [paid] = await scene.topUps(walletId);
      expect(paid).toMatchObject({ id: asked!.id, topUpStatus: 'succeeded', attempt: 2 });
      expect(paid!.paymentId).not.toBe(asked!.paymentId);
      const provider = (await service.get(PaymentProviders).byName(scene.scope, 'sandbox'))!;
      expect(await provider.retrievePayment(asked!.paymentId!)).toEqual({ kind: 'canceled' });
    });

    it('does the same for a purchase that somebody asked for', async () => {
      const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_requires_action');
      const purchase = {
        scope: scene.scope,
        wallet: { id: walletId, customerId },
        pack: PACK,
        provider: 'sandbox',
        description: '',
      };
      const { topUp } = await service.get(TopUpsService).purchase({ ...purchase, actor: ACTOR });
      expect(topUp.topUpStatus).toBe('requires_action');
      await scene.useCard(customerId, 'pm_sandbox_approve');
      await scene.settle();
      expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded' }]);
    });

    it('waits for 24 hours from when it asked, not from when the purchase began', async () => {
      const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_decline');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      await scene.settle();
      service.clock.advance(20 * HOUR_MS);
      await scene.useCard(customerId, 'pm_sandbox_requires_action');
      await scene.runTask();
      service.clock.advance(23 * HOUR_MS);
      await scene.runTask();
      expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'requires_action' }]);
      service.clock.advance(2 * HOUR_MS);
      await scene.runTask();
      expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed' }]);
    });
  });
});
