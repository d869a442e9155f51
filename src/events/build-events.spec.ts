import { decimal } from '../shared/decimal.js';
import {
  expiringEvent,
  invoiceEvent,
  limitEvents,
  type LimitEventFacts,
  pauseEvent,
  type TopUpEventFacts,
  topUpEvent,
} from './build-events.js';

const OWNER = { tenantId: 'tenant_1', environmentId: 'env_1', customerId: 'cust_1', walletId: 'wallet_1' };
const IDS = { wallet_id: 'wallet_1', customer_id: 'cust_1' };
const REASON = { code: 'card_declined', sentence: 'the card was declined' };
const TOLD = { reason_code: 'card_declined', reason: 'the card was declined' };
const TOP_UP: TopUpEventFacts = {
  ...OWNER,
  id: 'topup_1',
  trigger: 'threshold',
  credits: decimal('50.5'),
  feeMinor: 0,
  bonusCredits: decimal(0),
  priceMinor: 9900,
  currency: 'eur',
  invoicing: false,
  invoiceId: 'inv_1',
  transactionId: undefined,
  actionUrl: 'https://example.com/confirm',
};

describe('the event of a purchase', () => {
  it('says what it buys, its price with the currency, where it stands and why', () => {
    const event = topUpEvent('top_up.failed', TOP_UP, REASON);
    expect(event).toEqual({
      ...OWNER,
      body: {
        event_type: 'top_up.failed',
        top_up: {
          id: 'topup_1',
          ...IDS,
          status: 'failed',
          trigger: 'threshold',
          credits: '50.5',
          price_minor: 9900,
          fee_minor: 0,
          bonus_credits: '0',
          currency: 'eur',
          invoicing: false,
          invoice_id: 'inv_1',
          transaction_id: null,
          action_url: null,
          ...TOLD,
        },
      },
    });
  });

  it('takes its status from the type, whatever a row that was read before says', () => {
    const row = { ...TOP_UP, topUpStatus: 'charging' };
    expect(topUpEvent('top_up.succeeded', row, null).body).toMatchObject({
      top_up: { status: 'succeeded', reason_code: null, reason: null },
    });
  });

  it('passes a link on only while it leads somewhere', () => {
    expect(topUpEvent('top_up.requires_action', TOP_UP, REASON).body).toMatchObject({
      top_up: { action_url: 'https://example.com/confirm' },
    });
    expect(topUpEvent('top_up.canceled', TOP_UP, REASON).body).toMatchObject({ top_up: { action_url: null } });
  });
});

describe('the event of a pause', () => {
  it('says which rule stopped or goes on, because of what', () => {
    const facts = { ...OWNER, trigger: null, topUpId: 'topup_1', reason: REASON };
    expect(pauseEvent('auto_topup.paused', facts)).toEqual({
      ...OWNER,
      body: {
        event_type: 'auto_topup.paused',
        auto_topup: { ...IDS, status: 'paused', trigger: null, ...TOLD, top_up_id: 'topup_1' },
      },
    });
    expect(pauseEvent('auto_topup.resumed', facts).body).toMatchObject({ auto_topup: { status: 'active' } });
  });
});

describe('the event of credits that expire soon', () => {
  const facts = { ...OWNER, credits: decimal(80), expiresAt: new Date('2026-01-10T00:00:00Z'), daysBefore: 7 as const };

  it.each([
    ['renewed' as const, { will_be_renewed: true, reason_code: null, reason: null }],
    ['not_asked' as const, { will_be_renewed: false, reason_code: null, reason: null }],
    [REASON, { will_be_renewed: false, ...TOLD }],
  ])('where renewal is %j says %j', (renewal, told) => {
    expect(expiringEvent({ ...facts, renewal }).body).toEqual({
      event_type: 'credits.expiring',
      expiring: { ...IDS, credits: '80', expires_at: '2026-01-10T00:00:00.000000Z', days_before: 7, ...told },
    });
  });
});

describe('the event of an invoice', () => {
  it('says what is to be paid and what has been', () => {
    const facts = {
      ...OWNER,
      id: 'inv_1',
      invoiceNumber: 'INV-000001',
      totalMinor: 500,
      paidMinor: 0,
      currency: 'usd',
    };
    const dueAt = new Date('2026-01-15T00:00:00Z');
    expect(
      invoiceEvent('invoice.issued', { ...facts, credits: decimal(5), topUpId: 'topup_1', dueAt }, null).body,
    ).toEqual({
      event_type: 'invoice.issued',
      invoice: {
        id: 'inv_1',
        invoice_number: 'INV-000001',
        ...IDS,
        top_up_id: 'topup_1',
        status: 'issued',
        credits: '5',
        price_minor: 500,
        paid_minor: 0,
        currency: 'usd',
        due_at: '2026-01-15T00:00:00.000000Z',
        reason_code: null,
        reason: null,
      },
    });
    expect(invoiceEvent('invoice.voided', facts, REASON).body).toMatchObject({
      invoice: { status: 'voided', ...TOLD },
    });
  });
});

describe('the events of a cap', () => {
  const facts: LimitEventFacts = {
    ...OWNER,
    cap: 'monthly_amount',
    usedBefore: 0,
    usedAfter: 0,
    limit: 1000,
    currency: 'usd',
    resetsAt: new Date('2026-02-01T00:00:00Z'),
    topUpId: 'topup_1',
  };

  it.each<[string, number, number, number, number[]]>([
    ['below 80 %', 0, 799, 1000, []],
    ['reaching 80 % exactly', 0, 800, 1000, [80]],
    ['already beyond 80 %', 800, 899, 1000, []],
    ['from 80 to 90 %', 800, 900, 1000, [90]],
    ['to the cap', 999, 1000, 1000, [100]],
    ['past all of them at once', 0, 1000, 1000, [80, 90, 100]],
    ['past a cap that was lowered, again', 1200, 1300, 1000, []],
    ['the second of three purchases', 1, 2, 3, []],
    ['the third of three purchases', 2, 3, 3, [80, 90, 100]],
    ['given back, nothing', 1000, 500, 1000, []],
    ['a cap of nothing is reached from the start', 0, 1, 0, []],
  ])('%s (%d to %d of %d) are %j', (_what, usedBefore, usedAfter, limit, percents) => {
    const events = limitEvents({ ...facts, usedBefore, usedAfter, limit });
    const told = events.map(({ body }) => (body.event_type === 'limit.reached' ? body.limit.percent : 0));
    expect(told).toEqual(percents);
  });

  it('say how much of it is used, and when it begins anew', () => {
    expect(limitEvents({ ...facts, usedAfter: 850 })[0]?.body).toEqual({
      event_type: 'limit.reached',
      limit: {
        ...IDS,
        cap: 'monthly_amount',
        percent: 80,
        used: 850,
        limit: 1000,
        currency: 'usd',
        resets_at: '2026-02-01T00:00:00.000000Z',
        top_up_id: 'topup_1',
      },
    });
  });
});
