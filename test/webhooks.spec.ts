import { EntityManager } from '@mikro-orm/postgresql';
import type { Response } from 'supertest';
import { Webhook } from 'standardwebhooks';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { decimal } from '../src/shared/decimal.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { type Received, WebhookReceiver } from './support/webhook-receiver.js';

/** Whatever the service answers. */
type Body = Response['body'];

const below = (threshold: string) => ({ threshold, condition: 'below' });
const GRANT = { transaction_reason: 'FREE_CREDIT_GRANT' };

describe('webhooks', () => {
  let service: TestApp;
  let receiver: WebhookReceiver;
  let client: ApiClient;
  let secret: string;
  let customerId: string;
  let keys = 0;

  beforeAll(async () => {
    // Signatures are checked against the real time.
    service = await startTestApp({ clock: new FrozenClock(new Date()) });
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    client = await newTenantClient(service);
    customerId = (await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' })).body.id;
    secret = (await subscribe(client)).secret;
  });
  afterEach(() => receiver.close());
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const key = () => `key-${(keys += 1)}`;
  async function subscribe(of: ApiClient, more: Body = {}): Promise<Body> {
    const endpoint = { url: `${receiver.url}/hook`, ...more };
    return (await of.post('/v1/webhooks/endpoints', endpoint).expect(201)).body;
  }
  async function open(more: Body = {}): Promise<Body> {
    return (await client.post('/v1/wallets', { customer_id: customerId, currency: 'usd', ...more }).expect(200)).body;
  }
  const debit = (id: string, credits: string, idempotency_key = key()) =>
    client.post(`/v1/wallets/${id}/debit`, { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key });
  const topUp = (id: string, body: Body) =>
    client.post(`/v1/wallets/${id}/top-up`, { ...GRANT, idempotency_key: key(), ...body }).expect(200);
  const transactions = async (id: string): Promise<Body[]> =>
    (await client.get(`/v1/wallets/${id}/transactions?limit=100`)).body.items as Body[];
  /** What has come, sorted by the order in which it happened; the next call begins anew. */
  async function sent(): Promise<Received[]> {
    await service.get(DeliveryEngine).idle();
    const { received } = receiver;
    const id = ({ headers }: Received) => headers['webhook-id'] as string;
    return received.splice(0).sort((a, b) => (id(a) < id(b) ? -1 : 1));
  }
  const types = async () => (await sent()).map(({ body }) => body['event_type']);
  const stored = () =>
    service
      .get(EntityManager)
      .fork()
      .count(WebhookEvent, { ...client.scope });

  const walletBody = (wallet: Body, more: Body = {}) => ({
    id: wallet['id'],
    customer_id: customerId,
    currency: 'usd',
    balance: '0',
    credit_balance: '0',
    wallet_status: 'active',
    name: 'Prepaid Wallet - USD',
    wallet_type: 'PRE_PAID',
    conversion_rate: '1',
    real_time_balance: '0',
    real_time_credit_balance: '0',
    version: expect.any(Number) as number,
    ...more,
  });
  const transactionBody = (transaction: Body) => {
    const { id, wallet_id, type, amount, credit_amount, credit_balance_before, credit_balance_after } = transaction;
    const { reference_type, reference_id, description, expiry_date, transaction_reason, currency } = transaction;
    const amounts = { type, amount, credit_amount, credit_balance_before, credit_balance_after };
    const reference = { reference_type, reference_id, description, expiry_date, transaction_reason, currency };
    const { transaction_status, metadata } = transaction;
    return {
      id,
      wallet_id,
      customer_id: customerId,
      ...amounts,
      ...reference,
      transaction_status,
      metadata,
      charged: null,
    };
  };

  it('tell of a wallet from its opening to its end, each with its exact body', async () => {
    const wallet = await open({ initial_credits_to_load: '25.5', conversion_rate: '2' });
    const rate = { conversion_rate: '2', balance: '51', credit_balance: '25.5' };
    const real = { real_time_balance: '51', real_time_credit_balance: '25.5' };
    const [created, granted, ...others] = (await sent()).map(({ body }) => body);
    expect(others).toEqual([]);
    expect(created).toEqual({ event_type: 'wallet.created', wallet: walletBody(wallet, { ...rate, ...real }) });
    const [grant] = await transactions(wallet['id']);
    expect(granted).toEqual({
      event_type: 'wallet.transaction.created',
      transaction: transactionBody(grant),
    });

    await client.put(`/v1/wallets/${wallet['id']}`, { name: 'Renamed' }).expect(200);
    expect((await sent()).map(({ body }) => body)).toEqual([
      { event_type: 'wallet.updated', wallet: walletBody(wallet, { ...rate, ...real, name: 'Renamed' }) },
    ]);

    await client.post(`/v1/wallets/${wallet['id']}/terminate`).expect(200);
    const [terminated, taken, ...alarms] = (await sent()).map(({ body }) => body as Body);
    const closed = { name: 'Renamed', conversion_rate: '2', wallet_status: 'closed' };
    expect(terminated).toEqual({ event_type: 'wallet.terminated', wallet: walletBody(wallet, closed) });
    expect(taken?.['transaction']).toMatchObject({ type: 'debit', transaction_reason: 'WALLET_TERMINATION' });
    expect(alarms).toEqual([]);
  });

  it('tell of credits and debits with what the API shows of them; a bonus is part of its credit', async () => {
    const { id } = await open({ initial_credits_to_load: '1' });
    await sent();
    await topUp(id, { credits_to_add: '10', bonus_credits_to_add: '2', metadata: { order: '7' }, description: 'Ten' });
    await debit(id, '0.125').expect(200);
    const [second, first] = (await transactions(id)).filter((item) => item['parent_transaction_id'] === null);
    const events = (await sent()).map(({ body }) => body);
    expect(events.map((event) => event['event_type'])).toEqual(Array(2).fill('wallet.transaction.created'));
    expect(events.map((event) => event['transaction'])).toEqual([first, second].map((item) => transactionBody(item)));
  });

  it('give a wallet a version that rises with each of its changes, the one that the API shows', async () => {
    const { id } = await open({ initial_credits_to_load: '5' });
    const shown = async () => (await client.get(`/v1/wallets/${id}`).expect(200)).body.version as number;
    const versions = [await shown()];
    for (const name of ['One', 'Two', 'Two']) {
      await client.put(`/v1/wallets/${id}`, { name }).expect(200);
      versions.push(await shown());
    }
    await debit(id, '1').expect(200);
    versions.push(await shown());
    await client.post(`/v1/wallets/${id}/holds`, { credits: '1', idempotency_key: key() }).expect(201);
    versions.push(await shown());
    // Together, in one commit or two: each has a version of its own all the same.
    await sent();
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => client.put(`/v1/wallets/${id}`, { name }).expect(200)));
    const updates: Body[] = (await sent()).map(({ body }) => body['wallet']);
    expect(new Set(updates.map((wallet) => wallet['name']))).toEqual(new Set(names));
    versions.push(...updates.map((wallet) => wallet['version'] as number));
    expect(versions).toHaveLength(10);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    const last = updates.at(-1);
    expect((await client.get(`/v1/wallets/${id}`)).body).toMatchObject({
      name: last['name'],
      version: last['version'],
    });
  });

  it('are signed as Standard Webhooks says, and a changed body does not pass', async () => {
    await open();
    const [{ headers, text } = {} as Received] = await sent();
    const webhook = new Webhook(secret);
    expect(webhook.verify(text, headers as Record<string, string>)).toMatchObject({ event_type: 'wallet.created' });
    expect(headers['content-type']).toBe('application/json');
    expect(headers['webhook-id']).toMatch(/^sys_event_[0-9A-Z]{26}$/);
    const changed = text.replace('"usd"', '"eur"');
    expect(() => webhook.verify(changed, headers as Record<string, string>)).toThrow('No matching signature');
    const other = new Webhook((await subscribe(client))['secret'] as string);
    expect(() => other.verify(text, headers as Record<string, string>)).toThrow('No matching signature');
  });

  it('tell of both balances at every change of an alert, with the level', async () => {
    const alert_settings = { critical: below('5'), warning: below('10'), info: below('20'), alert_enabled: true };
    const wallet = await open({ initial_credits_to_load: '25', alert_settings });
    const { id } = wallet;
    await sent();
    await debit(id, '14').expect(200);
    await debit(id, '1').expect(200);
    await debit(id, '9').expect(200);
    await topUp(id, { credits_to_add: '100' });
    const alerts = (await sent()).map(({ body }) => body).filter((body) => 'alert' in body) as Body[];
    const short = alerts.map(({ event_type, alert }) => `${event_type} ${alert.state} ${alert.credit_balance}`);
    const both = (rest: (stream: string) => string) => [rest('credit'), rest('ongoing')];
    expect(short).toEqual([
      ...both((stream) => `wallet.${stream}_balance.dropped info 11`),
      ...both((stream) => `wallet.${stream}_balance.dropped warning 10`),
      ...both((stream) => `wallet.${stream}_balance.dropped in_alarm 1`),
      ...both((stream) => `wallet.${stream}_balance.recovered ok 101`),
    ]);
    const stored = { warning: below('10'), info: below('20'), critical: below('5'), alert_enabled: true };
    const real = { real_time_balance: '11', real_time_credit_balance: '11' };
    expect(alerts[1]).toEqual({
      event_type: 'wallet.ongoing_balance.dropped',
      wallet: walletBody(wallet, { balance: '11', credit_balance: '11', ...real }),
      alert: {
        state: 'info',
        current_balance: '11',
        credit_balance: '11',
        alert_type: 'low_ongoing_balance',
        alert_settings: stored,
      },
    });
  });

  it('tell of an invoiced credit when it is paid, not while it is pending', async () => {
    const { id } = await open({ initial_credits_to_load: '1' });
    await sent();
    const invoiced = {
      credits_to_add: '10',
      transaction_reason: 'PURCHASED_CREDIT_INVOICED',
      bonus_credits_to_add: '1',
    };
    const { body: answer } = await topUp(id, invoiced);
    expect(new Set(await types())).toEqual(new Set(['top_up.created', 'invoice.issued']));
    await client.put(`/v1/invoices/${answer.invoice_id}/payment`, { payment_status: 'SUCCEEDED' }).expect(200);
    const told = (await sent()).map(({ body }) => body as Body);
    const paid = told.filter(({ event_type: type }) => type === 'wallet.transaction.updated');
    expect(new Set(told.map(({ event_type: type }) => type))).toEqual(
      new Set(['invoice.paid', 'top_up.succeeded', 'wallet.transaction.updated']),
    );
    expect(told).toHaveLength(3);
    const [credit] = (await transactions(id)).filter((item) => item['id'] === answer.wallet_transaction.id);
    expect(paid[0]).toEqual({
      event_type: 'wallet.transaction.updated',
      updated_transaction: {
        ...transactionBody(credit),
        charged: { amount_minor: 1000, fee_minor: 0, tax_minor: 0, currency: 'usd', invoice_id: answer.invoice_id },
      },
    });
    expect(paid[0]!['updated_transaction']).toMatchObject({ transaction_status: 'completed', credit_amount: '10' });
  });

  it('tell of captures, reversals, transfers, conversions and forfeitures', async () => {
    const { id } = await open({ initial_credits_to_load: '50' });
    const { id: other } = await open({ initial_credits_to_load: '1', wallet_type: 'POST_PAID' });
    await sent();
    const hold = { credits: '5', idempotency_key: key() };
    const { body: held } = await client.post(`/v1/wallets/${id}/holds`, hold).expect(201);
    expect(await types()).toEqual([]);
    await client
      .post(`/v1/wallets/${id}/holds/${held.id}/capture`, { credits: '5', idempotency_key: key() })
      .expect(200);
    const [captured] = (await sent()).map(({ body }) => body['transaction'] as Body);
    expect(captured).toMatchObject({ type: 'debit', credit_amount: '5', wallet_id: id });
    await client.post(`/v1/transactions/${captured!['id']}/reverse`, { idempotency_key: key() }).expect(200);
    const [reversed] = (await sent()).map(({ body }) => body['transaction'] as Body);
    expect(reversed).toMatchObject({ type: 'credit', transaction_reason: 'DEBIT_REVERSAL' });
    const move = { to_wallet_id: other, credits: '20', idempotency_key: key() };
    await client.post(`/v1/wallets/${id}/transfer`, move).expect(200);
    const moved = (await sent()).map(({ body }) => body['transaction'] as Body).filter(Boolean);
    expect(new Set(moved.map((item) => `${item['wallet_id']} ${item['transaction_reason']}`))).toEqual(
      new Set([`${id} TRANSFER_OUT`, `${other} TRANSFER_IN`]),
    );
    expect(moved).toHaveLength(2);
    await client.post(`/v1/wallets/${other}/terminate`).expect(200);
    await sent();
    await client.post(`/v1/wallets/${id}/modify`, { modification_type: 'prepaid_to_postpaid' }).expect(200);
    const converted = await types();
    for (const type of ['wallet.created', 'wallet.terminated']) {
      expect(converted.filter((other) => other === type)).toHaveLength(1);
    }
    expect(converted.filter((type) => type === 'wallet.transaction.created')).toHaveLength(2);
  });

  it('tell of what had expired, also when the debit that finds it is refused', async () => {
    const { id } = await open();
    const expiry_date_utc = new Date(service.clock.now().getTime() + 60_000).toISOString();
    await topUp(id, { credits_to_add: '10', expiry_date_utc });
    await sent();
    service.clock.advance(61_000);
    await debit(id, '5').expect(402);
    const events = (await sent()).map(({ body }) => body as Body);
    expect(events[0]!['transaction']).toMatchObject({ transaction_reason: 'CREDIT_EXPIRED', credit_amount: '10' });
    expect(events).toHaveLength(2);
    service.clock.set(new Date());
  });

  it('tell nothing of what was refused or repeated', async () => {
    const { id } = await open({ initial_credits_to_load: '5' });
    await debit(id, '1', 'same').expect(200);
    await sent();
    const before = await stored();
    await debit(id, '1', 'same').expect(200);
    await debit(id, '100').expect(402);
    await client.post('/v1/wallets', { customer_id: customerId, currency: 'usd' }).expect(409);
    await client.put(`/v1/wallets/${id}`, { alert_settings: { alert_enabled: true } }).expect(400);
    expect(await types()).toEqual([]);
    expect(await stored()).toBe(before);
    await client.post(`/v1/wallets/${id}/terminate`).expect(200);
    await sent();
    await client.post(`/v1/wallets/${id}/terminate`).expect(400);
    await client.put(`/v1/wallets/${id}`, { name: 'Late' }).expect(400);
    expect(await types()).toEqual([]);
  });

  it('tell nothing of what was rolled back, and once of what was repeated because of it', async () => {
    const { id } = await open({ initial_credits_to_load: '5' });
    await sent();
    const actor = { keyId: '', requestId: '' };
    const base = { scope: client.scope, walletId: id, actor, answer: () => null };
    const terms = { credits: decimal(1), reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'wallet' } as const;
    const ledger = service.get(LedgerService);
    const results = await Promise.allSettled([
      ledger.post({ ...base, kind: 'debit', terms: { ...terms, referenceType: 'REQUEST' } }),
      ledger.post({
        ...base,
        kind: 'update',
        settings: {},
        also: () => Promise.reject(new Error('poison')),
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await types()).toEqual(['wallet.transaction.created']);
    expect(await stored()).toBe(3);
  });

  it('are for keys of the tenant with the scope, never for accounts', async () => {
    const keyWith = async (more: Body) => {
      const { body } = await client.post('/v1/secrets/api/keys', { name: 'Key', ...more }).expect(201);
      return withKey(service, body.api_key, client.scope);
    };
    const reader = await keyWith({ scopes: ['webhooks:read'] });
    await reader.get('/v1/webhooks/endpoints').expect(200);
    await reader.post('/v1/webhooks/endpoints', { url: receiver.url }).expect(403);
    await reader.post('/v1/webhooks/retry', { system_event_id: 'x' }).expect(403);
    const account = await keyWith({ customer_id: customerId });
    for (const path of ['endpoints', 'events', 'dashboard']) await account.get(`/v1/webhooks/${path}`).expect(403);
    const seen = JSON.stringify((await client.get('/v1/webhooks/endpoints')).body);
    expect(seen).not.toContain('whsec_');
  });

  it('send an endpoint what it asked for, and a tenant nothing of another', async () => {
    const stranger = await newTenantClient(service);
    // Known by now: what there was when somebody last looked.
    await open({ initial_credits_to_load: '1', currency: 'eur' });
    await sent();
    await subscribe(stranger, { url: `${receiver.url}/stranger` });
    await subscribe(client, { url: `${receiver.url}/debits`, event_types: ['wallet.transaction.created'] });
    const { id } = await open({ initial_credits_to_load: '5' });
    await sent().then((all) => {
      expect(all.filter(({ path }) => path === '/hook')).toHaveLength(2);
      expect(all.filter(({ path }) => path === '/debits').map(({ body }) => body['event_type'])).toEqual([
        'wallet.transaction.created',
      ]);
      expect(all.filter(({ path }) => path === '/stranger')).toEqual([]);
    });
    expect((await stranger.get('/v1/webhooks/events').expect(200)).body.items).toEqual([]);
    const [event] = (await client.get(`/v1/webhooks/events?wallet_id=${id}`)).body.items as Body[];
    await stranger.post('/v1/webhooks/retry', { system_event_id: event!['id'] }).expect(404);
    const [endpoint] = (await client.get('/v1/webhooks/endpoints')).body.items as Body[];
    await stranger.get(`/v1/webhooks/endpoints/${endpoint!['id']}`).expect(404);
    await stranger.put(`/v1/webhooks/endpoints/${endpoint!['id']}`, { description: 'x' }).expect(404);
    await stranger.delete(`/v1/webhooks/endpoints/${endpoint!['id']}`).expect(404);
  });

  it('write nothing where there is no endpoint, and begin and end with one', async () => {
    const [endpoint] = (await client.get('/v1/webhooks/endpoints')).body.items as Body[];
    const path = `/v1/webhooks/endpoints/${endpoint!['id']}`;
    const disabled = { endpoint_status: 'disabled', disabled_reason: 'disabled over the API' };
    expect((await client.put(path, { endpoint_status: 'disabled' }).expect(200)).body).toMatchObject(disabled);
    const { id } = await open({ initial_credits_to_load: '5' });
    expect(await stored()).toBe(0);
    await client.put(path, { endpoint_status: 'enabled' }).expect(200);
    await debit(id, '1').expect(200);
    expect(await stored()).toBe(1);
    await client.delete(path).expect(204);
    await debit(id, '1').expect(200);
    expect(await stored()).toBe(1);
    await client.get(path).expect(404);
    expect((await client.get('/v1/webhooks/endpoints')).body.items).toEqual([]);
  });
});
