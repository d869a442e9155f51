import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { seeingAll } from './support/as-caller.js';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';

const connect = ({ url }: TestDatabase) =>
  MikroORM.init(databaseOptions(Object.assign(new Config(), { databaseUrl: url })));

/** What was stored while an account's wallet was guessed. */
describe('accounts of before their wallet was stored', () => {
  let database: TestDatabase;
  let orm: Awaited<ReturnType<typeof connect>>;
  let em: EntityManager;
  const insert = (table: string, values: Record<string, unknown>) =>
    em.execute(
      `insert into ${table} (${Object.keys(values).join(', ')}) values (${Object.keys(values)
        .map(() => '?')
        .join(', ')})`,
      Object.values(values),
    );
  const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;
  const scope = { tenant_id: 't', environment_id: 'e' };
  const stamp = { created_at: at(1), updated_at: at(1), created_by: '', updated_by: '' };

  async function wallet(id: string, customer: string, currency: string, day: number, status = 'active'): Promise<void> {
    await insert('wallet', {
      ...scope,
      ...stamp,
      id,
      customer_id: customer,
      currency,
      wallet_type: 'PRE_PAID',
      wallet_status: status,
      name: id,
      description: '',
      metadata: '{}',
      allowed_price_types: '[]',
      conversion_rate: 1,
      topup_conversion_rate: 1,
      credit_balance: 0,
      held: 0,
      debt: 0,
      overdraft_limit: 0,
      sequence: 0,
      last_entry_hash: '',
      alert_state: 'ok',
      credit_alert_state: 'ok',
      status: 'published',
      created_at: at(day),
    });
  }
  const rule = (walletId: string, customer: string, enabled: boolean, trigger = 'insufficient') =>
    insert('top_up_rule', {
      ...scope,
      wallet_id: walletId,
      trigger,
      customer_id: customer,
      enabled,
      version: 1,
      unit_credits: 100,
      invoicing: false,
      created_at: at(2),
      updated_at: at(2),
      updated_by: '',
    });
  const consent = (walletId: string, customer: string, day: number) =>
    insert('consent', {
      ...scope,
      id: `consent_${walletId}_${day}`,
      customer_id: customer,
      wallet_id: walletId,
      settings_from: '{}',
      settings_to: '{}',
      request_id: '',
      created_at: at(day),
      created_by: '',
    });

  beforeAll(async () => {
    database = await createEmptyDatabase();
    orm = await connect(database);
    em = seeingAll(orm.em.fork() as EntityManager);
    const migrator = seeingAll(new Migrator(orm.em as never));
    await migrator.up({ to: 'Migration20261121190000_agreements' });
    // Renewal on the euros; dollars were opened later, and took the guess along.
    await wallet('a_eur', 'a', 'eur', 1);
    await wallet('a_usd', 'a', 'usd', 5);
    await rule('a_eur', 'a', true, 'expiration');
    await consent('a_eur', 'a', 2);
    // The same, and then the account said off: about the dollars, as the guess was.
    await wallet('b_eur', 'b', 'eur', 1);
    await wallet('b_usd', 'b', 'usd', 5);
    await rule('b_eur', 'b', true);
    await consent('b_eur', 'b', 2);
    await consent('b_usd', 'b', 6);
    // A wallet of the seller's alone.
    await wallet('c_usd', 'c', 'usd', 1);
    await rule('c_usd', 'c', true, 'threshold');
    // Promotional credits, no rules.
    await wallet('d_eur', 'd', 'eur', 1);
    await insert('promotional_renewal', { ...scope, customer_id: 'd', next_at: at(9), renewed_at: at(8) });
    // Closed since.
    await wallet('f_usd', 'f', 'usd', 1, 'closed');
    await rule('f_usd', 'f', true);
    await consent('f_usd', 'f', 2);
    // The credits currency of the environment, not the oldest.
    await wallet('g_gbp', 'g', 'gbp', 1);
    await wallet('g_usd', 'g', 'usd', 2);
    await consent('g_gbp', 'g', 2);
    await migrator.up();
  });
  afterAll(async () => {
    await orm.close();
    await database.drop();
  });

  it('get the wallet that their rules are on, or else the one that is guessed now; others get none yet', async () => {
    const rows = await em.execute<{ customer_id: string; wallet_id: string }[]>(
      'select customer_id, wallet_id from credits_account order by customer_id',
    );
    expect(rows.map(({ customer_id, wallet_id }) => [customer_id, wallet_id])).toEqual([
      ['a', 'a_eur'],
      ['b', 'b_usd'],
      ['d', 'd_eur'],
      ['g', 'g_usd'],
    ]);
  });

  it('are charged by no rule that their last word was not about', async () => {
    const rows = await em.execute<{ wallet_id: string; enabled: boolean; version: number }[]>(
      'select wallet_id, enabled, version from top_up_rule order by wallet_id',
    );
    expect(rows.map(({ wallet_id, enabled, version }) => [wallet_id, enabled, version])).toEqual([
      ['a_eur', true, 1],
      ['b_eur', false, 2],
      ['c_usd', true, 1],
      ['f_usd', true, 1],
    ]);
  });
});
