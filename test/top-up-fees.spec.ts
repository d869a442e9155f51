import { EntityManager } from '@mikro-orm/postgresql';
import { EntryCharge } from '../src/ledger/entry.entity.js';
import { Invoice } from '../src/payments/invoice.entity.js';
import type { SettingKey, SettingValue } from '../src/settings/setting-keys.js';
import { SettingsService } from '../src/settings/settings.service.js';
import type { FeeSetting } from '../src/top-ups/pricing/price-top-up.js';
import { TopUpRulesService } from '../src/top-ups/rules/top-up-rules.service.js';
import { pausedReasonOf } from '../src/top-ups/rules/change-pause.js';
import type { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { PACK, TopUpScene } from './support/top-ups.js';

const FEE: FeeSetting = { mode: 'added', percent: '2.9', fixed_minor: { usd: 30 } };
const RULE = { threshold: '10', amount: '50' };

describe('the fee and the bonus of top-ups', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    service.clock.set('2026-03-02T10:00:00.000Z');
    scene = await TopUpScene.create(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const set = <Key extends SettingKey>(key: Key, value: SettingValue<Key>) =>
    service.get(SettingsService).put(scene.scope, key, value);
  const pausedReason = async (walletId: string) => {
    const rules = await service.get(TopUpRulesService).ofWallets(scene.scope, [{ id: walletId, currency: 'usd' }]);
    return pausedReasonOf(rules.get(walletId)!);
  };
  const em = () => service.get(EntityManager).fork();
  const invoiceOf = (topUp: TopUp) => em().findOneOrFail(Invoice, { topUpId: topUp.id });
  const legsOf = (walletId: string) => em().find(EntryCharge, { walletId });
  const sums = (topUps: TopUp[]) => topUps.map(({ priceMinor, feeMinor }) => [priceMinor, feeMinor]);

  /** A wallet of 60 credits whose rule was agreed to, and which has not bought yet. */
  async function agreed(card?: string): Promise<string> {
    const { walletId } = await scene.newWallet('60', card);
    await scene.setAutoTopUp(walletId, RULE);
    return walletId;
  }

  async function runLow(walletId: string): Promise<TopUp[]> {
    await scene.ledger.debit(walletId, '55');
    await scene.settle();
    return scene.topUps(walletId);
  }

  it('come on top of the price, on a line of their own, and as a leg of the ledger’s money', async () => {
    await set('top_up_fee', FEE);
    await set('invoice_config', {
      auto_complete_purchased_credit_transaction: false,
      taxes: [{ name: 'VAT', rate: '21' }],
      seller: { name: '', address: [], tax_id: '' },
      due_days: 14,
    });
    const walletId = await agreed();
    const [topUp] = (await runLow(walletId)) as [TopUp];
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', priceMinor: 5175, feeMinor: 175 });
    const invoice = await invoiceOf(topUp);
    expect(invoice).toMatchObject({ totalMinor: 5175, paidMinor: 5175, subtotalMinor: 4277, taxMinor: 898 });
    expect(invoice.lineItems).toMatchObject([
      { kind: 'credits', description: '50 credits', quantity: 1, unitAmountMinor: 4132, taxMinor: 868 },
      { kind: 'fee', description: 'Fee', quantity: 1, unitAmountMinor: 145, taxMinor: 30 },
    ]);
    expect(invoice.taxes).toMatchObject([{ name: 'VAT', amountMinor: 898 }]);
    expect(await legsOf(walletId)).toMatchObject([
      { entryId: topUp.transactionId, chargedMinor: 5175, creditsMinor: 4132, feeMinor: 145, taxMinor: 898 },
    ]);
    const alter = em().execute(`update entry_charge set fee_minor = 0, credits_minor = 4277 where wallet_id = ?`, [
      walletId,
    ]);
    await expect(alter).rejects.toThrow('append-only');
  });

  it('that are contained are a part of the price, and pause nobody when they rise', async () => {
    await set('top_up_fee', { ...FEE, mode: 'contained' });
    const walletId = await agreed();
    await set('top_up_fee', { ...FEE, mode: 'contained', percent: '10' });
    expect(await pausedReason(walletId)).toBeNull();
    const [topUp] = (await runLow(walletId)) as [TopUp];
    expect(topUp).toMatchObject({ priceMinor: 5000, feeMinor: 530, credits: expect.objectContaining({}) });
    expect((await invoiceOf(topUp)).lineItems).toMatchObject([{ unitAmountMinor: 4470 }, { unitAmountMinor: 530 }]);
  });

  it('that rise pause a rule instead of charging more, until it is agreed to anew', async () => {
    await set('top_up_fee', FEE);
    const walletId = await agreed();
    await set('top_up_fee', { ...FEE, percent: '3' });
    expect(await pausedReason(walletId)).toBe('fee_changed');
    expect(await runLow(walletId)).toEqual([]);
    const [decision] = await scene.decisions(walletId);
    expect(decision).toMatchObject({ verdict: 'skip', code: 'paused', figures: { pause_reason: 'fee_changed' } });
    // Whoever resumes ends the wallet's own pause; that is no agreement to another price.
    await scene.change(walletId, { kind: 'resume' });
    await scene.settle();
    expect(await scene.topUps(walletId)).toEqual([]);
    await scene.setAutoTopUp(walletId, RULE);
    await scene.settle();
    expect(await pausedReason(walletId)).toBeNull();
    expect(sums(await scene.topUps(walletId))).toEqual([[5180, 180]]);
  });

  it('that fall, or rise and fall back, are charged as they are then', async () => {
    await set('top_up_fee', FEE);
    const [fallen, back] = [await agreed(), await agreed()];
    await set('top_up_fee', { ...FEE, percent: '1' });
    expect(sums(await runLow(fallen))).toEqual([[5080, 80]]);
    await set('top_up_fee', { ...FEE, fixed_minor: { usd: 31 } });
    expect(await runLow(back)).toEqual([]);
    await set('top_up_fee', FEE);
    await scene.ledger.evaluate(back);
    await scene.settle();
    expect(sums(await scene.topUps(back))).toEqual([[5175, 175]]);
  });

  it('that rise take back what was decided and is not charged yet', async () => {
    await set('top_up_fee', FEE);
    const walletId = await agreed('pm_sandbox_decline');
    const [waiting] = (await runLow(walletId)) as [TopUp];
    expect(waiting).toMatchObject({ topUpStatus: 'retry_wait', priceMinor: 5175 });
    await set('top_up_fee', { ...FEE, percent: '2.9001' });
    service.clock.advance(3_600_000);
    await scene.runTask();
    const [topUp] = (await scene.topUps(walletId)) as [TopUp];
    expect(topUp).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'paused', attempt: 1 });
  });

  it('that were agreed to anew take back what was decided by the old ones', async () => {
    await set('top_up_fee', FEE);
    const walletId = await agreed('pm_sandbox_decline');
    const [waiting] = (await runLow(walletId)) as [TopUp];
    await set('top_up_fee', { ...FEE, percent: '1' });
    await scene.setAutoTopUp(walletId, RULE);
    await scene.useCard(waiting.customerId, 'pm_sandbox_approve');
    await scene.runTask();
    const topUps = await scene.topUps(walletId);
    expect(topUps).toMatchObject([
      { topUpStatus: 'canceled', lastErrorCode: 'rule_changed', priceMinor: 5175 },
      { topUpStatus: 'succeeded', priceMinor: 5080 },
    ]);
  });

  it('count in the cap of a month, and in what is bought under it', async () => {
    await set('top_up_fee', FEE);
    const { walletId } = await scene.newWallet('200');
    await scene.setAutoTopUp(walletId, { threshold: '100', amount: '50' });
    await scene.setLimits(walletId, { monthlyAmountMinor: 15_463 });
    await scene.ledger.debit(walletId, '195');
    await scene.settle();
    // Two units are 10320 with the fee; three would be 15465.
    expect(sums(await scene.topUps(walletId))).toEqual([[10_320, 320]]);
  });

  it('of packs are those that were agreed to with the pack', async () => {
    await set('top_up_fee', FEE);
    const { walletId } = await scene.newWallet('5');
    await scene.setAccountRules(walletId, { onInsufficient: true });
    await set('top_up_fee', { ...FEE, fixed_minor: { usd: 40 } });
    // A flag alone agrees to no other fee.
    await scene.change(walletId, { kind: 'account_rules', change: { onExpiration: true } });
    await expect(scene.ledger.debit(walletId, '20')).rejects.toThrow('credits');
    expect(await scene.topUps(walletId)).toEqual([]);
    await scene.change(walletId, { kind: 'account_rules', change: { pack: PACK } });
    await expect(scene.ledger.debit(walletId, '20')).rejects.toThrow('credits');
    await scene.settle();
    expect(sums(await scene.topUps(walletId))).toEqual([[10_227, 327]]);
  });

  it('come with a bonus that is an entry and a lot of its own, with its own date, frozen when it was decided', async () => {
    const bonus = { type: 'percentage', value: '10' } as const;
    const slab = { threshold: '50', operator: 'gte', bonus, expiration_duration: 1 } as const;
    await set('bonus_credits_topup_config', { enabled: true, slabs: [{ ...slab, expiration_duration_unit: 'DAY' }] });
    const walletId = await agreed('pm_sandbox_decline');
    const [waiting] = (await runLow(walletId)) as [TopUp];
    expect(waiting).toMatchObject({ topUpStatus: 'retry_wait', bonusExpiresAt: new Date('2026-03-03T10:00:00Z') });
    await set('bonus_credits_topup_config', { enabled: false, slabs: [] });
    // Paid late, when the bonus would have been over: its day begins with the delivery.
    service.clock.advance(25 * 3_600_000);
    await scene.useCard(waiting.customerId, 'pm_sandbox_approve');
    await scene.runTask();
    const [topUp] = (await scene.topUps(walletId)) as [TopUp];
    expect([topUp.topUpStatus, topUp.bonusCredits.toFixed()]).toEqual(['succeeded', '5']);
    expect(await scene.balance(walletId)).toBe('60');
    const lots = await em().execute(
      `select e.reason, e.parent_id, l.granted::float8 as granted, l.source, l.expires_at is not null as ends
       from entry e join lot l on l.wallet_id = e.wallet_id and l.id = e.id
       where e.wallet_id = ? and e.reason like 'PURCHASED%' order by e.sequence`,
      [walletId],
    );
    expect(lots).toEqual([
      { reason: 'PURCHASED_CREDIT_DIRECT', parent_id: null, granted: 50, source: 'purchased', ends: false },
      { reason: 'PURCHASED_CREDIT_BONUS', parent_id: topUp.transactionId, granted: 5, source: 'free', ends: true },
    ]);
    expect((await invoiceOf(topUp)).lineItems).toMatchObject([
      { kind: 'credits', unitAmountMinor: 5000 },
      { kind: 'bonus', description: '5 bonus credits', unitAmountMinor: 0 },
    ]);
    service.clock.advance(25 * 3_600_000);
    expect(await scene.balance(walletId)).toBe('55');
  });
});
