import { EntityManager } from '@mikro-orm/postgresql';
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { SAME_AGAIN_MS } from '../src/top-ups/rules/judge-purchase.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, DATABASES } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { sandboxCharges } from './support/top-ups.js';

const CLICKS = 20;

function buy(service: TestApp, account: TestAccount, { pack = 'pack_10', key = '' } = {}) {
  const request = call(service, account.key).post('/account/credits/top-up/');
  return (key === '' ? request : request.set('Idempotency-Key', key)).send({ pack_id: pack });
}

const statusesOf = (answers: Response[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe.each(DATABASES)('a pack that is bought twice, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    tenant = await createTenant(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const charges = () => sandboxCharges(service.config.dataDir).length;
  const topUpOf = ({ customerId }: TestAccount) =>
    service.get(EntityManager).fork().findOneOrFail(TopUp, { customerId });

  it('by 20 clicks at once is charged once, and each of the others is told of it', async () => {
    const account = await createAccount(service, tenant);
    const before = charges();
    const answers = await Promise.all(Array.from({ length: CLICKS }, () => buy(service, account)));
    expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: CLICKS - 1 }, () => 409)]);
    expect(charges()).toBe(before + 1);
    const { id } = await topUpOf(account);
    for (const { body } of answers.filter(({ status }) => status === 409)) expect(body.top_up.id).toBe(id);
  });

  it('is refused for ten seconds after it was paid, with what was bought, and bought again after them', async () => {
    const account = await createAccount(service, tenant);
    await buy(service, account).expect(200);
    const { id } = await topUpOf(account);
    service.clock.advance(SAME_AGAIN_MS - 1);
    const { body } = await buy(service, account).expect(409);
    expect(body).toEqual({
      detail: 'The same was bought a moment ago: to buy it again, send an Idempotency-Key with each purchase.',
      top_up: { id, status: 'succeeded' },
    });
    service.clock.advance(1);
    await buy(service, account).expect(200);
  });

  it('under two keys, or as two packs, or by two accounts, is bought twice', async () => {
    const [mine, theirs] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    const before = charges();
    await buy(service, mine, { key: randomUUID() }).expect(200);
    await buy(service, mine, { key: randomUUID() }).expect(200);
    await buy(service, mine, { pack: 'pack_100' }).expect(200);
    await buy(service, theirs).expect(200);
    expect(charges()).toBe(before + 4);
    // Whoever has sent a key before, and none now, may have forgotten it.
    await buy(service, mine).expect(409);
  });

  it('is bought at once where the card was declined the first time', async () => {
    const account = await createAccount(service, tenant, 'pm_sandbox_decline_hard');
    await buy(service, account).expect(402);
    await service.get(PaymentMethodsService).replace(tenant, account.customerId, 'pm_sandbox_approve');
    await buy(service, account).expect(200);
  });
});

/** Of a process whose clock is not the database's. */
class OwnClock extends FrozenClock {
  readonly database = new FrozenClock();

  override async inTransaction(): Promise<Date> {
    return this.database.now();
  }
}

describe('a pack that is bought by two processes', () => {
  let first: TestApp;
  let second: TestApp;
  const clock = new OwnClock();
  beforeAll(async () => {
    const database = await createTestDatabase();
    first = await startTestApp({ database, clock });
    const shared = { ...database, drop: async () => undefined };
    second = await startTestApp({ database: shared, clock, dataDir: first.config.dataDir });
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  it('is charged once for clicks on both, by the clock of the database', async () => {
    const account = await createAccount(first, await createTenant(first));
    const clicks = Array.from({ length: CLICKS }, (_, index) => buy(index % 2 ? first : second, account));
    expect(statusesOf(await Promise.all(clicks)).filter((status) => status === 200)).toEqual([200]);
    clock.advance(3_600_000);
    await buy(second, account).expect(409);
    expect(sandboxCharges(first.config.dataDir)).toHaveLength(1);
    clock.database.advance(SAME_AGAIN_MS);
    await buy(second, account).expect(200);
    expect(sandboxCharges(first.config.dataDir)).toHaveLength(2);
    await expectSoundLedger(first.get(EntityManager));
  });
});
