import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { seeingAll } from './support/as-caller.js';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';

const connect = ({ url }: TestDatabase) =>
  MikroORM.init(databaseOptions(Object.assign(new Config(), { databaseUrl: url })));

describe('purchases of before there were fees', () => {
  let database: TestDatabase;
  let orm: Awaited<ReturnType<typeof connect>>;
  let em: EntityManager;
  const read = (sql: string) => em.execute<Record<string, unknown>[]>(sql);

  beforeAll(async () => {
    database = await createEmptyDatabase();
    orm = await connect(database);
    em = seeingAll(orm.em.fork() as EntityManager);
    const migrator = seeingAll(new Migrator(orm.em as never));
    await migrator.up({ to: 'Migration20261121360000_billing_system' });
    await topUp('taxed', 'succeeded');
    await invoice('taxed', 8182, 1718);
    await entry('taxed', 1);
    await topUp('given', 'succeeded');
    await entry('given', 2);
    await topUp('unpaid', 'awaiting_payment');
    await invoice('unpaid', 9900, 0);
    await migrator.up();
  });
  afterAll(async () => {
    await orm.close();
    await database.drop();
  });

  async function topUp(id: string, status: string): Promise<void> {
    await em.execute(
      `insert into top_up (id, tenant_id, environment_id, customer_id, wallet_id, trigger, is_automatic, rule_version,
         top_up_status, units, credits, price_minor, currency, discounts, invoicing, description, attempt, lookups,
         next_attempt_at, last_error_code, last_error_message, request_hash, request_id, created_at, updated_at, created_by)
       values (?, 't', 'e', 'c', 'w', 'manual', false, 0, ?, 1, 100, 9900, 'usd', '[]', true, '', 0, 0, now(), '', '', '',
         '', now(), now(), '')`,
      [id, status],
    );
  }
  async function invoice(id: string, netMinor: number, taxMinor: number): Promise<void> {
    const number = (await em.execute<{ n: number }[]>('select count(*)::int + 1 as n from invoice'))[0]?.n;
    await em.execute(
      `insert into invoice (id, tenant_id, environment_id, customer_id, top_up_id, number, invoice_number, invoice_status,
         payment_status, billing_reason, currency, description, subtotal_minor, discount_minor, tax_minor, total_minor,
         paid_minor, refunded_minor, line_items, discounts, taxes, metadata, idempotency_key, version, status,
         created_at, updated_at, created_by, updated_by)
       values (?, 't', 'e', 'c', ?, ?, ?, 'FINALIZED', 'PENDING', 'WALLET_TOPUP', 'usd', '', ?, 0, ?, ?, 0, 0, '[]', '[]',
         '[]', '{}', '', 1, 'published', now(), now(), '', '')`,
      [id, id, number, id, netMinor, taxMinor, netMinor + taxMinor],
    );
  }
  async function entry(topUpId: string, sequence: number): Promise<void> {
    await em.execute(
      `insert into entry (wallet_id, created_at, id, tenant_id, environment_id, customer_id, currency, sequence, type,
         credits, balance_before, balance_after, debt_change, rate, reason, counter_account, reference_type, reference_id,
         description, metadata, idempotency_key, top_up_id, request_id, hash, created_by)
       values ('w', now(), ?, 't', 'e', 'c', 'usd', ?, 'credit', 100, 0, 100, 0, 1, 'PURCHASED_CREDIT_DIRECT', 'purchase',
         'EXTERNAL', '', '', '{}', '', ?, '', '', '')`,
      [`entry_${topUpId}`, sequence, topUpId],
    );
  }

  it('get the legs that their invoice says, where money was charged', async () => {
    const legs = await read(
      `select entry_id, currency, charged_minor::int as charged, credits_minor::int as credits, fee_minor::int as fee,
         tax_minor::int as tax from entry_charge`,
    );
    expect(legs).toEqual([
      { entry_id: 'entry_taxed', currency: 'usd', charged: 9900, credits: 8182, fee: 0, tax: 1718 },
    ]);
  });

  it('had no fee and no bonus', async () => {
    const [row] = await read(
      `select sum(fee_minor)::int as fee, sum(bonus_credits)::int as bonus, count(bonus_expires_at)::int as dates from top_up`,
    );
    expect(row).toEqual({ fee: 0, bonus: 0, dates: 0 });
  });

  it('leave the database to refuse legs that do not add up', async () => {
    const unbalanced = `insert into entry_charge values ('w', 'entry_given', 't', 'e', 'usd', 100, 90, 5, 4, shard_of('w'))`;
    await expect(em.execute(unbalanced)).rejects.toThrow('entry_charge_legs_check');
    await expect(em.execute('delete from entry_charge')).rejects.toThrow('append-only');
  });
});
