import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { seeingAll } from './support/as-caller.js';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';

const connect = ({ url }: TestDatabase) =>
  MikroORM.init(databaseOptions(Object.assign(new Config(), { databaseUrl: url })));

/** What was stored while minor units were counted by what ICU displays. */
describe('amounts of before minor units were those of ISO 4217', () => {
  let database: TestDatabase;
  let orm: Awaited<ReturnType<typeof connect>>;
  let em: EntityManager;
  const read = (sql: string) => em.execute<Record<string, unknown>[]>(sql);

  beforeAll(async () => {
    database = await createEmptyDatabase();
    orm = await connect(database);
    em = seeingAll(orm.em.fork() as EntityManager);
    const migrator = seeingAll(new Migrator(orm.em as never));
    await migrator.up({ to: 'Migration20261121180000_webhooks' });
    await invoice('forints', 'huf', 1000);
    await invoice('dinars', 'iqd', 5000);
    await invoice('cents', 'usd', 9900);
    await invoice('dear', 'lak', 90_000_000);
    await topUp('paid', 'huf', 1000, 'succeeded', "'pay_1'");
    await topUp('not_charged', 'huf', 10, 'created');
    await topUp('at_the_provider', 'huf', 10, 'unknown', "'pay_2'");
    await topUp('too_dear', 'lak', 90_000_000, 'created');
    await topUp('dollars', 'usd', 9900, 'succeeded', "'pay_3'");
    await guard('forints', 'huf', 500);
    await guard('kips', 'lak', 90_000_000);
    await guard('dollars', 'usd', 500);
    await guard('no_cap', 'huf', null);
    await migrator.up();
  });
  afterAll(async () => {
    await orm.close();
    await database.drop();
  });

  async function invoice(id: string, currency: string, minor: number): Promise<void> {
    const line = { description: 'x', quantity: 1, unitAmountMinor: minor, discountMinor: 10, taxMinor: 0 };
    const half = JSON.stringify([
      { description: 'a', amountMinor: 5 },
      { description: 'b', amountMinor: 5 },
    ]);
    const number = (await em.execute<{ n: number }[]>('select count(*)::int + 1 as n from invoice'))[0]?.n;
    await em.execute(
      `insert into invoice (id, tenant_id, environment_id, customer_id, top_up_id, number, invoice_number, invoice_status,
         payment_status, billing_reason, currency, description, subtotal_minor, discount_minor, tax_minor, total_minor,
         paid_minor, refunded_minor, line_items, discounts, taxes, metadata, idempotency_key, version, status,
         created_at, updated_at, created_by, updated_by)
       values (?, 't', 'e', 'c', ?, ?, ?, 'FINALIZED', 'PENDING', 'WALLET_TOPUP', ?, '', ?, 10, 0, ?, 1, 0, ?, ?, '[]', '{}',
         '', 1, 'published', now(), now(), '', '')`,
      [id, id, number, id, currency, minor, minor - 10, JSON.stringify([line]), half],
    );
  }
  async function topUp(id: string, currency: string, minor: number, status: string, paymentId = 'null'): Promise<void> {
    await em.execute(
      `insert into top_up (id, tenant_id, environment_id, customer_id, wallet_id, trigger, is_automatic, rule_version,
         top_up_status, units, credits, price_minor, currency, discounts, invoicing, description, payment_id, attempt,
         lookups, next_attempt_at, last_error_code, last_error_message, request_hash, request_id, created_at, updated_at,
         created_by)
       values (?, 't', 'e', 'c', ?, 'threshold', true, 1, ?, 1, 10, ?, ?, '[]', false, '', ${paymentId}, 0, 0, now(), '', '',
         '', '', now(), now(), '')`,
      [id, id, status, minor, currency],
    );
  }
  async function guard(id: string, currency: string, cap: number | null): Promise<void> {
    await em.execute(
      `insert into wallet (id, tenant_id, environment_id, customer_id, currency, wallet_type, wallet_status, name,
         description, metadata, allowed_price_types, conversion_rate, topup_conversion_rate, credit_balance, held, debt,
         overdraft_limit, sequence, last_entry_hash, alert_state, credit_alert_state, status, created_at, updated_at,
         created_by, updated_by)
       values (?, 't', 'e', ?, ?, 'PRE_PAID', 'active', '', '', '{}', '[]', 1, 1, 0, 0, 0, 0, 0, '', 'ok', 'ok',
         'published', now(), now(), '', '')`,
      [id, id, currency],
    );
    await em.execute(
      `insert into top_up_guard (wallet_id, tenant_id, environment_id, max_per_hour, max_units, monthly_amount_minor,
         pause_reason, next_evaluation_at, updated_at) values (?, 't', 'e', 3, 20, ?, '', now(), now())`,
      [id, cap],
    );
  }

  it('are shown on invoices as they were shown, in every figure', async () => {
    const rows = await read(
      `select id, total_minor::text as total, paid_minor::text as paid,
         line_items -> 0 ->> 'unitAmountMinor' as unit, discounts -> 1 ->> 'amountMinor' as discount,
         discounts -> 1 ->> 'description' as second, jsonb_array_length(taxes) as taxes from invoice order by number`,
    );
    expect(rows).toEqual([
      { id: 'forints', total: '99000', paid: '100', unit: '100000', discount: '500', second: 'b', taxes: 0 },
      { id: 'dinars', total: '4990000', paid: '1000', unit: '5000000', discount: '5000', second: 'b', taxes: 0 },
      { id: 'cents', total: '9890', paid: '1', unit: '9900', discount: '5', second: 'b', taxes: 0 },
      { id: 'dear', total: '8999999000', paid: '100', unit: '9000000000', discount: '500', second: 'b', taxes: 0 },
    ]);
  });

  it('are what is charged, but for what a provider has been told and what the column cannot hold', async () => {
    const rows = await read('select id, price_minor, top_up_status as status, last_error_code as code from top_up');
    expect(Object.fromEntries(rows.map(({ id, ...row }) => [id, row]))).toEqual({
      paid: { price_minor: 100_000, status: 'succeeded', code: '' },
      not_charged: { price_minor: 1000, status: 'created', code: '' },
      at_the_provider: { price_minor: 10, status: 'unknown', code: '' },
      too_dear: { price_minor: 90_000_000, status: 'failed', code: 'price_too_large' },
      dollars: { price_minor: 9900, status: 'succeeded', code: '' },
    });
  });

  it('cap as much as before, or less where the column cannot hold it', async () => {
    const rows = await read(
      'select wallet_id, monthly_amount_minor as cap from top_up_guard where monthly_amount_minor is not null',
    );
    expect(Object.fromEntries(rows.map(({ wallet_id: id, cap }) => [id, cap]))).toEqual({
      forints: 50_000,
      kips: 2_147_483_647,
      dollars: 500,
    });
  });
});
