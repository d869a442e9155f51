import { EntityManager } from '@mikro-orm/postgresql';
import { SCOPE_NAMES } from '../src/auth/scopes.js';
import { BackupCards } from '../src/customers/backup-cards/backup-cards.service.js';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { EventsService } from '../src/events/events.service.js';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import { CardNotices } from '../src/top-ups/cards/card-notices.js';
import { EndpointsService } from '../src/webhooks/endpoints.service.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

const DAY_MS = 86_400_000;

describe('a card that expires', () => {
  let service: TestApp;
  let client: ApiClient;
  let cards: EntityManager;
  beforeEach(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    cards = service.get(EntityManager).fork();
    const endpoint = { url: 'http://127.0.0.1:9/hook', event_types: ['payment_method.expiring'] };
    await service
      .get(EndpointsService)
      .create({ ...client.scope, keyId: '', requestId: '', scopes: new Set(SCOPE_NAMES) } as never, endpoint);
  });
  afterEach(() => service.close());

  /** A customer whose card on file expires in that many days, at the end of the month that is so far away. */
  async function customerWith(expiry: { expiryMonth: number; expiryYear: number }): Promise<PaymentMethod> {
    const { body } = await client.post('/v1/customers', { external_id: `c${Math.random()}`, name: 'Acme' });
    const card = await cards.findOneOrFail(PaymentMethod, { customerId: body.id });
    await cards.nativeUpdate(PaymentMethod, { id: card.id }, { ...expiry, noticeAt: service.clock.now() });
    return card;
  }
  /** The month that the next 30 days begin in; it ends within 62. */
  function month(ahead: number) {
    const now = service.clock.now();
    const date = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    return { expiryMonth: date.getUTCMonth() + 1, expiryYear: date.getUTCFullYear() };
  }
  const run = () => service.get(CardNotices).run();
  const told = async () =>
    (await cards.fork().find(WebhookEvent, client.scope, { orderBy: { id: 'asc' } })).map(
      ({ body }) => (JSON.parse(body) as { payment_method: { id: string; role: string } }).payment_method,
    );

  it('is told of 30 days before, once, by several at a time, and shows so in the list', async () => {
    const card = await customerWith(month(2));
    const listed = async () => (await client.get(`/v1/customers/${card.customerId}/payment-methods`)).body.items;
    await run();
    expect(await told()).toEqual([]);
    expect(await listed()).toMatchObject([{ id: card.id, role: 'default', expires_soon: false }]);
    const { noticeAt } = await cards.fork().findOneOrFail(PaymentMethod, { id: card.id });
    service.clock.advance((noticeAt as Date).getTime() - service.clock.now().getTime() - 60_000);
    await run();
    expect(await told()).toEqual([]);
    service.clock.advance(120_000);
    await Promise.all([run(), run(), run()]);
    service.clock.advance(DAY_MS);
    await run();
    const { expiryMonth: expiry_month, expiryYear: expiry_year } = await cards
      .fork()
      .findOneOrFail(PaymentMethod, { id: card.id });
    expect(await told()).toEqual([
      expect.objectContaining({ id: card.id, role: 'default', expiry_month, expiry_year, reason_code: 'card_expires' }),
    ]);
    expect(await listed()).toMatchObject([{ expires_soon: true }]);
  });

  it('is told of when it is the backup, and not when it is used for nothing', async () => {
    const earlier = await customerWith(month(0));
    const { customerId } = earlier;
    await client.post(`/v1/customers/${customerId}/payment-methods`, { token: 'pm_sandbox_decline' });
    await run();
    expect(await told()).toEqual([]);
    await service.get(BackupCards).choose({ ...client.scope, keyId: '' }, customerId, earlier.id);
    await run();
    await service.get(BackupCards).drop({ ...client.scope, keyId: '' }, customerId, earlier.id);
    await service.get(BackupCards).choose({ ...client.scope, keyId: '' }, customerId, earlier.id);
    await run();
    expect(await told()).toMatchObject([{ id: earlier.id, role: 'backup' }]);
  });

  it('that cannot be told of keeps no other from being told of, and is told of later', async () => {
    const bad = await customerWith(month(0));
    const good = await customerWith(month(0));
    const events = service.get(EventsService);
    const write = events.write.bind(events);
    events.write = async (tx, written) => {
      if (written.some(({ customerId }) => customerId === bad.customerId)) throw new Error('planted');
      return write(tx, written);
    };
    await run();
    expect((await told()).map(({ id }) => id)).toEqual([good.id]);
    events.write = write;
    await run();
    expect(await told()).toHaveLength(1);
    service.clock.advance(2 * 3_600_000);
    await run();
    expect((await told()).map(({ id }) => id)).toEqual([good.id, bad.id]);
  });
});
