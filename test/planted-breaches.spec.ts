import { EntityManager } from '@mikro-orm/postgresql';
import { SettingsService } from '../src/settings/settings.service.js';
import { FIGURE_INVARIANTS } from '../src/ops/verify/figures.js';
import { INVARIANTS } from '../src/ops/verify/invariants.js';
import { verifyLedger } from '../src/ops/verify/verify-ledger.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { setProtection } from './support/protection.js';
import { RefundScene } from './support/refund-scene.js';

const FIRST_OF = (table: string, condition = 'true', key = 'id') =>
  `${key} = (select min(${key}) from ${table} where ${condition})`;
const AUTOMATIC_OF_ONE = `update top_up set is_automatic = true,
  (shard, wallet_id) = (select shard, wallet_id from top_up order by wallet_id limit 1)`;

/** What leaves every wallet sound, and its entries. */
const PLANTS_OF_FIGURES: Record<string, string[]> = {
  [FIGURE_INVARIANTS.day.name]: [
    `update ledger_figure set credits = credits + 1 where ${FIRST_OF('ledger_figure')}`,
    `update ledger_figure set charged_minor = charged_minor + 1 where ${FIRST_OF('ledger_figure', 'charged_minor > 0')}`,
    `update ledger_figure set day = '2020-01-01' where ${FIRST_OF('ledger_figure')}`,
    `delete from ledger_figure where ${FIRST_OF('ledger_figure')}`,
    `delete from ledger_figure`,
  ],
  [FIGURE_INVARIANTS.left.name]: [
    `update ledger_figure set free = free + 1, purchased = purchased - 1 where ${FIRST_OF('ledger_figure')}`,
  ],
};

/** For each invariant what somebody with the database's password could write so that it does not hold any more. */
const PLANTS: Record<keyof typeof INVARIANTS, string> = {
  'a wallet’s balance is the sum of its entries': `update wallet set credit_balance = credit_balance + 1 where ${FIRST_OF('wallet')}`,
  'a wallet’s balance is what its lots have left, less its debt': `update lot set remaining = remaining - 1
    where ${FIRST_OF('lot', 'remaining > held')}`,
  'what is on hold is the same on the wallet, its lots and its open holds': `update wallet set held = held + 1 where ${FIRST_OF('wallet')}`,
  'an ended hold reserves nothing': `update hold set hold_status = 'released' where purpose = 'work'`,
  'a lot has left what its links say': `update lot set remaining = remaining - 1 where ${FIRST_OF('lot', 'remaining > held')}`,
  'a link says what its lot had left after the entry': `update entry_lot set remaining_after = remaining_after + 1
    where ${FIRST_OF('entry_lot', 'true', 'entry_id')}`,
  'a lot is open while something remains': `update lot set is_open = false where ${FIRST_OF('lot', 'is_open')}`,
  'an entry is its links and its change of debt': `update entry set credits = credits + 1 where ${FIRST_OF('entry')}`,
  'nobody owes while there are credits to spend': `update wallet set debt = 1 where ${FIRST_OF('wallet')}`,
  'each link of a debit to a lot has a place of its own': `update entry_lot set position = 0`,
  'a wallet’s debt is the sum of the changes': `update wallet set debt = 1 where ${FIRST_OF('wallet')}`,
  'entries are numbered without gaps and their balances follow': `update entry set created_at = '2020-01-01T00:00:00Z'
    where ${FIRST_OF('entry', 'sequence = 2')}`,
  'the wallet knows its last entry': `update wallet set sequence = sequence + 1 where ${FIRST_OF('wallet')}`,
  'a succeeded top-up has exactly one credit, of its size': `update top_up set credits = credits + 1 where ${FIRST_OF('top_up')}`,
  'a credit of a top-up has a succeeded top-up': `update top_up set top_up_status = 'failed' where ${FIRST_OF('top_up')}`,
  'the legs of a purchase’s money are what it was charged, and what its invoice says': `
    update entry_charge set charged_minor = charged_minor + 1, tax_minor = tax_minor + 1`,
  'nothing has legs but a purchase with an invoice': `delete from invoice where ${FIRST_OF('invoice')}`,
  'a purchase has the bonus that was promised with it': `update top_up set bonus_credits = bonus_credits + 1 where ${FIRST_OF('top_up')}`,
  'at most one automatic charge of a wallet is under way': `drop index top_up_one_automatic_unique;
    ${AUTOMATIC_OF_ONE}, invoicing = false, top_up_status = 'charging'`,
  'at most one automatic invoice of a wallet is not due yet': `drop index top_up_one_invoice_unique;
    ${AUTOMATIC_OF_ONE}, invoicing = true, top_up_status = 'awaiting_payment'`,
  'no more of a payment is sent back than was charged': `update refund set amount_minor = 1000000`,
  'an invoice says how much of its payment has gone back': `update invoice set refunded_minor = refunded_minor + 1 where ${FIRST_OF('invoice')}`,
  'a refund or a lost dispute has taken the credits that it says': `update refund set credits = credits + 1`,
  'a refund that has failed keeps no credits': `update refund set refund_status = 'failed'`,
  'credits are frozen for open disputes, and for nothing else': `update dispute set dispute_status = 'won'`,
  'what is of a wallet is of its tenant, and the wallet is there': `delete from wallet where id = (select max(id) from wallet)`,
};

describe('what is planted in a ledger with purchases, a refund, a dispute and holds', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let em: EntityManager;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock: { now: () => service.clock.now() } });
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
    em = service.get(EntityManager).fork();
    await fill();
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  async function fill(): Promise<void> {
    const scene = await RefundScene.create(service, stripe);
    await service.get(SettingsService).put(scene.topUps.scope, 'top_up_fee', { mode: 'contained', percent: '2.9' });
    const [refunded, disputed, held] = [await scene.buy(), await scene.buy(), await scene.buy()];
    await scene.refund(refunded.topUpId, { amount: '20.00' });
    stripe.dashboard.openDispute(disputed.paymentId);
    await scene.spend(held.walletId, '52');
    await scene.topUps.ledger.hold(held.walletId, 'hold_1', '3');
    await scene.settle();
  }

  /** In a transaction that is taken back: nobody else sees what was planted. */
  async function breachesWith(plant: string, pieceEntries: number): Promise<string[]> {
    const tx = em.fork();
    await tx.begin();
    try {
      await setProtection(tx, 'disable', ['entry', 'entry_lot', 'entry_charge']);
      for (const statement of plant.split(';')) await tx.execute(statement);
      return (await verifyLedger(tx, { pieceEntries })).breaches;
    } finally {
      await tx.rollback();
    }
  }

  it('is nothing at first', async () => {
    expect(await verifyLedger(em)).toMatchObject({ wallets: 3, breaches: [] });
    expect(Object.keys(PLANTS)).toEqual(Object.keys(INVARIANTS));
  });

  it.each(Object.entries(PLANTS))('is found, looked at as a whole or in pieces: %s', async (name, plant) => {
    for (const pieceEntries of [1000, 1]) {
      const breaches = await breachesWith(plant, pieceEntries);
      expect(breaches).toContainEqual(expect.stringMatching(`^${name}: `));
    }
  });

  it.each(Object.entries(PLANTS_OF_FIGURES))('is found in every way: %s', async (name, plants) => {
    for (const plant of plants) {
      const breaches = await breachesWith(plant, 1000);
      expect(breaches).toContainEqual(expect.stringMatching(`^${name}: `));
    }
  });
});
