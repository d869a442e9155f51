import { readFileSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { backupDeclinedEvent, cardExpiringEvent } from '../src/events/build-card-events.js';
import {
  expiringEvent,
  invoiceEvent,
  limitEvents,
  pauseEvent,
  topUpEvent,
  type TopUpEventFacts,
} from '../src/events/build-events.js';
import { disputeEvent, refundEvent } from '../src/events/build-return-events.js';
import { EVENT_TYPES } from '../src/events/event-types.js';
import { EventsService, type NewEvent } from '../src/events/events.service.js';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import type { Charge, CreditTerms } from '../src/ledger/commands.js';
import type { LedgerPolicy } from '../src/ledger/ledger-policy.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { decimal } from '../src/shared/decimal.js';
import { LedgerTransaction } from '../src/shared/ledger-transaction.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

type Body = Record<string, unknown>;

const REASON = { code: 'card_declined', sentence: 'the card was declined' };
const ACTOR = { keyId: '', requestId: '' };

describe.each(DATABASES)('events on %s', (_name, createDatabase) => {
  let service: TestApp;
  let receiver: WebhookReceiver;
  let client: ApiClient;
  let events: EventsService;
  let em: EntityManager;
  let walletId: string;
  let owner: TopUpEventFacts;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    events = service.get(EventsService);
    em = service.get(EntityManager);
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    client = await newTenantClient(service);
    const { body: customer } = await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' });
    const { body } = await client.post('/v1/wallets', { customer_id: customer.id, currency: 'usd' }).expect(200);
    walletId = body.id as string;
    owner = {
      ...client.scope,
      customerId: customer.id as string,
      walletId,
      id: 'topup_1',
      trigger: 'threshold',
      credits: decimal(50),
      priceMinor: 9900,
      feeMinor: 0,
      bonusCredits: decimal(0),
      currency: 'eur',
      invoicing: false,
    };
  });
  afterEach(() => receiver.close());
  afterAll(() => service.close());

  async function subscribe(path: string, event_types: string[] | null = null): Promise<string> {
    const { body } = await client
      .post('/v1/webhooks/endpoints', { url: `${receiver.url}${path}`, event_types })
      .expect(201);
    return body.id as string;
  }
  /** In a transaction that has nothing to do with the ledger. */
  const write = (...written: NewEvent[]) => em.fork().transactional((tx) => events.write(tx, written));
  const failed = () => topUpEvent('top_up.failed', owner, REASON);
  const typesAt = async (path: string) => {
    await service.get(DeliveryEngine).idle();
    return receiver.at(path).map(({ body }) => body['event_type']);
  };
  const listed = async (query = ''): Promise<Body[]> =>
    (await client.get(`/v1/webhooks/events?limit=100&order=asc${query}`).expect(200)).body.items as Body[];

  it('are written with one delivery for each endpoint that asked for their type, and sent when they are committed', async () => {
    await subscribe('/all');
    await subscribe('/failures', ['top_up.failed', 'auto_topup.paused']);
    const created = topUpEvent('top_up.created', owner, REASON);
    await write(created, failed());
    // Nobody sweeps: the commit itself wakes whoever sends.
    expect(new Set(await typesAt('/all'))).toEqual(new Set(['top_up.created', 'top_up.failed']));
    expect(await typesAt('/failures')).toEqual(['top_up.failed']);
    const items = await listed();
    expect(items.map((item) => (item['deliveries'] as Body[]).length)).toEqual([1, 2]);
    expect(items[1]).toMatchObject({ wallet_id: walletId, customer_id: owner.customerId, body: failed().body });
    expect(await listed('&event_type=top_up.failed')).toHaveLength(1);
  });

  it('are gone with a transaction that is rolled back, and send nothing', async () => {
    await subscribe('/all');
    const rolledBack = em.fork().transactional(async (tx) => {
      await events.write(tx, [failed()]);
      throw new Error('afterwards');
    });
    await expect(rolledBack).rejects.toThrow('afterwards');
    expect(await typesAt('/all')).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('are not sent before the transaction has committed', async () => {
    await subscribe('/all');
    await em.fork().transactional(async (tx) => {
      await events.write(tx, [failed()]);
      expect(await typesAt('/all')).toEqual([]);
    });
    expect(await typesAt('/all')).toEqual(['top_up.failed']);
  });

  it('are refused outside of a transaction: nothing would tie them to what they tell of', async () => {
    await subscribe('/all');
    await expect(events.write(em.fork(), [failed()])).rejects.toThrow('inside');
    expect(await listed()).toEqual([]);
  });

  it('commit with a batch of the ledger where a policy of it writes them, and not with a command that fails', async () => {
    await subscribe('/all', ['top_up.failed']);
    let isBroken = false;
    const policy: LedgerPolicy = {
      name: 'told',
      load: async () => undefined,
      afterCommand: () => undefined,
      save: async (tx, states) => {
        if (states.some(({ wallet }) => wallet.id === walletId)) await events.write(tx, [failed()]);
        if (isBroken) throw new Error('the policy broke');
      },
      committed: () => undefined,
    };
    const ledger = service.get(LedgerService);
    ledger.use(policy);
    const credit = () => ledger.post({ ...command(), kind: 'credit', terms: terms() });
    await credit();
    expect(await typesAt('/all')).toEqual(['top_up.failed']);
    isBroken = true;
    await expect(credit()).rejects.toThrow('the policy broke');
    isBroken = false;
    expect(await listed()).toHaveLength(1);
    // It outlives this test; it is of this wallet only.
  });

  it('cost no statement and no row where nobody listens, once that is known', async () => {
    await write(failed());
    const statements: string[] = [];
    class Recorded extends LedgerTransaction {
      override query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
        statements.push(sql);
        return super.query<Row>(sql, parameters);
      }
    }
    const now = service.clock.now();
    await em.fork().transactional((tx) => events.write(new Recorded(tx, now), [failed(), failed()]));
    expect(statements).toEqual([]);
    await subscribe('/all');
    await em.fork().transactional((tx) => events.write(new Recorded(tx, now), [failed(), failed()]));
    // Who listens, and one statement for each of the two tables, however many events there are.
    expect(statements).toHaveLength(3);
    expect(await em.fork().count(WebhookEvent, { ...client.scope })).toBe(2);
  });

  it('of every type are as the OpenAPI document describes them, and reach a receiver', async () => {
    const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
    expect(Object.keys(document.webhooks ?? {})).toEqual(EVENT_TYPES);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ ...document, $id: 'openapi' });
    await subscribe('/all');
    await write(...oneOfEach());
    // The wallet's own come from what happens to it.
    await client.put(`/v1/wallets/${walletId}`, { alert_settings: alertBelow('5') }).expect(200);
    const credits = { transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '4' };
    await client.post(`/v1/wallets/${walletId}/top-up`, credits).expect(200);
    await client.post(`/v1/wallets/${walletId}/top-up`, credits).expect(200);
    const invoiced = { ...credits, transaction_reason: 'PURCHASED_CREDIT_INVOICED' };
    const { body: pending } = await client.post(`/v1/wallets/${walletId}/top-up`, invoiced).expect(200);
    await client.put(`/v1/invoices/${pending.invoice_id}/payment`, { payment_status: 'SUCCEEDED' }).expect(200);
    const { body: other } = await client.post('/v1/wallets', { external_customer_id: 'acme', currency: 'eur' });
    await client.post(`/v1/wallets/${other.id}/terminate`).expect(200);

    const types = await typesAt('/all');
    expect(new Set(types)).toEqual(new Set(EVENT_TYPES));
    for (const { body } of receiver.at('/all')) {
      const type = encodeURIComponent(body['event_type'] as string);
      const schema = `openapi#/webhooks/${type}/post/requestBody/content/application~1json/schema`;
      const isValid = ajv.compile({ $ref: schema });
      expect([body['event_type'], isValid(body) ? 'valid' : ajv.errorsText(isValid.errors)]).toEqual([
        body['event_type'],
        'valid',
      ]);
    }
  });

  it('are asked for by type; an unknown one is refused with the nearest', async () => {
    const endpoint = (event_types: unknown) =>
      client.post('/v1/webhooks/endpoints', { url: receiver.url, event_types });
    const { body } = await endpoint(EVENT_TYPES).expect(201);
    expect(body.event_types).toEqual(EVENT_TYPES);
    const { body: refused } = await endpoint(['top_up.failed', 'top_up.succeded']).expect(400);
    expect(refused.details).toEqual({
      event_types: '"top_up.succeded" is not an event type; the nearest is top_up.succeeded',
    });
    for (const wrong of ['top_up.failed', {}, [7], [null], Array(100).fill('top_up.failed')]) {
      await endpoint(wrong).expect(400);
    }
    await client.get('/v1/webhooks/events?event_type=invoice.payed').expect(400, /nearest is invoice\.paid/);
  });

  it('of a purchase say what was charged, in which currency, and on which invoice, beside the amount of the credits', async () => {
    await subscribe('/all', ['wallet.transaction.created', 'wallet.transaction.updated']);
    const charged: Charge = { amountMinor: 9900, feeMinor: 290, taxMinor: 1718, currency: 'eur', invoiceId: 'inv_1' };
    const post = (more: Partial<CreditTerms>) =>
      service.get(LedgerService).post({ ...command(), kind: 'credit', terms: { ...terms(), ...more } });
    const bonus = { credits: decimal(5), expiresAt: null };
    await post({ reason: 'PURCHASED_CREDIT_DIRECT', topUpId: 'topup_1', charged, bonus });
    await post({ id: 'wtxn_1', reason: 'PURCHASED_CREDIT_INVOICED', topUpId: 'topup_2', charged, wasPending: true });
    await post({});
    await typesAt('/all');
    const told = receiver.at('/all').map(({ body }) => (body['transaction'] ?? body['updated_transaction']) as Body);
    const shown = told.map(({ amount, currency, charged: charge }) => ({ amount, currency, charged: charge }));
    const charge = { amount_minor: 9900, fee_minor: 290, tax_minor: 1718, currency: 'eur', invoice_id: 'inv_1' };
    expect(shown).toHaveLength(3);
    expect(shown.filter((one) => one.charged !== null)).toEqual(
      [1, 2].map(() => ({ amount: '10', currency: 'usd', charged: charge })),
    );
  });

  const command = () => ({ scope: client.scope, walletId, actor: ACTOR, answer: () => null });
  const terms = (): CreditTerms => ({
    credits: decimal(10),
    reason: 'FREE_CREDIT_GRANT',
    referenceType: 'EXTERNAL',
    referenceId: '',
  });
  const alertBelow = (threshold: string) => ({ critical: { threshold, condition: 'below' }, alert_enabled: true });

  /** Everything that is not told by the ledger's own policy. */
  function oneOfEach(): NewEvent[] {
    const pause = { ...owner, trigger: null, topUpId: 'topup_1', reason: REASON };
    const invoice = { ...owner, invoiceNumber: 'INV-000001', totalMinor: 9900, paidMinor: 0 };
    const resetsAt = new Date('2026-02-01T00:00:00Z');
    const used = { usedBefore: 0, usedAfter: 9900, limit: 9900 };
    const returned = {
      ...owner,
      topUpId: 'topup_1',
      amountMinor: 500,
      credits: decimal(5),
      debtCredits: decimal(1),
      bonusCredits: decimal('0.5'),
      transactionId: 'wtxn_1',
      reason: 'fraudulent',
    };
    const refund = { ...returned, origin: 'request', failureMessage: 'the account is closed' };
    const dispute = { ...returned, feeMinor: 1500, feeCurrency: 'usd', frozenCredits: decimal(4) };
    const card = { ...owner, status: 'published', brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2026 };
    return [
      refundEvent('top_up.refunded', refund, 'inv_1'),
      refundEvent('top_up.refund_failed', refund, null),
      disputeEvent({ ...dispute, disputeStatus: 'open' }),
      disputeEvent({ ...dispute, disputeStatus: 'lost' }),
      cardExpiringEvent({ ...card, id: 'pm_1' }),
      backupDeclinedEvent({ ...card, id: 'pm_2' }, walletId, 'lost_card'),
      topUpEvent('top_up.created', owner, REASON),
      topUpEvent('top_up.succeeded', owner, null),
      failed(),
      topUpEvent('top_up.requires_action', { ...owner, actionUrl: 'https://example.com' }, REASON),
      topUpEvent('top_up.canceled', owner, REASON),
      pauseEvent('auto_topup.paused', pause),
      pauseEvent('auto_topup.resumed', pause),
      expiringEvent({ ...owner, expiresAt: resetsAt, daysBefore: 7, renewal: REASON }),
      expiringEvent({ ...owner, expiresAt: resetsAt, daysBefore: 1, renewal: 'renewed' }),
      invoiceEvent('invoice.issued', { ...invoice, dueAt: resetsAt }, null),
      invoiceEvent('invoice.paid', invoice, null),
      invoiceEvent('invoice.voided', invoice, REASON),
      ...limitEvents({ ...owner, ...used, cap: 'monthly_amount', currency: 'usd', resetsAt, topUpId: 'topup_1' }),
      ...limitEvents({ ...owner, ...used, cap: 'monthly_count', currency: null, resetsAt, topUpId: 'topup_1' }),
    ];
  }
});
