import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { newId } from '../src/shared/ids.js';
import { newWalletIdIn, shardOf } from '../src/shared/shard.js';
import { seeingAll } from './support/as-caller.js';
import { createEmptyDatabase } from './support/database.js';

const NOW = new Date('2027-03-31T12:00:00Z');

const DATABASES: [name: string, connect: () => Promise<{ orm: MikroORM; drop: () => Promise<void> }>][] = [
  [
    'PostgreSQL',
    async () => {
      const database = await createEmptyDatabase();
      const options = databaseOptions(Object.assign(new Config(), { databaseUrl: database.url }));
      return { orm: (await MikroORM.init(options)) as MikroORM, drop: () => database.drop() };
    },
  ],
  [
    'PGlite',
    async () => ({
      orm: (await MikroORM.init(databaseOptions(new Config(), 'memory://'))) as MikroORM,
      drop: async () => undefined,
    }),
  ],
];

/** What a release of before wallets had a shard has written. */
const OF_BEFORE = `
  insert into wallet (id, tenant_id, environment_id, customer_id, currency, wallet_type, wallet_status, name, description,
    metadata, allowed_price_types, conversion_rate, topup_conversion_rate, credit_balance, held, debt, overdraft_limit,
    sequence, last_entry_hash, alert_state, credit_alert_state, status, created_at, updated_at, created_by, updated_by)
  select 'wallet_' || n, 't', 'e', 'c' || n, 'usd', 'PRE_PAID', 'active', '', '', '{}', '[]', 1, 1, 1, 0, 0, 0, 1, 'hash' || n,
    'ok', 'ok', 'published', now(), now(), '', '' from generate_series(1, 40) n;
  insert into lot (wallet_id, id, tenant_id, environment_id, customer_id, source, granted, remaining, held, is_open, created_at)
  select id, 'wtxn_' || id, 't', 'e', 'c', 'free', 1, 1, 0, true, now() from wallet;
  insert into entry (wallet_id, created_at, id, tenant_id, environment_id, customer_id, currency, sequence, type, credits,
    balance_before, balance_after, debt_change, rate, reason, counter_account, reference_type, reference_id, description,
    metadata, idempotency_key, request_id, hash, created_by)
  select id, now(), 'wtxn_' || id, 't', 'e', 'c', 'usd', 1, 'credit', 1, 0, 1, 0, 1, 'FREE_CREDIT_GRANT', 'promotion', '', '', '',
    '{}', 'key_' || id, '', last_entry_hash, '' from wallet;
  insert into entry_lot (wallet_id, entry_id, lot_id, kind, credits, sequence, remaining_after)
  select id, 'wtxn_' || id, 'wtxn_' || id, 'grant', 1, 1, 1 from wallet;
  insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
  select 't', 'e', 'key_' || id, '', 'answer', 'null', now() from wallet;
  insert into top_up (id, tenant_id, environment_id, customer_id, wallet_id, trigger, is_automatic, rule_version,
    top_up_status, units, credits, price_minor, currency, discounts, invoicing, description, attempt, lookups,
    next_attempt_at, last_error_code, last_error_message, request_hash, request_id, created_at, updated_at, created_by)
  select 'topup_' || id, 't', 'e', 'c', id, 'manual', false, 0, 'charging', 1, 1, 1, 'usd', '[]', false, '', 1, 0, now(), '', '',
    '', '', now(), now(), '' from wallet;
  insert into top_up_attempt (top_up_id, attempt, wallet_id, card_fingerprint, outcome, code, message, started_at)
  select 'topup_' || id, 1, 'converted since', '', 'started', '', '', now() from wallet;
  insert into webhook_event (id, tenant_id, environment_id, customer_id, wallet_id, event_type, body, created_at)
  select 'event_' || id, 't', 'e', 'c', id, '', '', now() from wallet;
  insert into webhook_delivery (event_id, endpoint_id, delivery_status, attempts, next_attempt_at, last_response, last_error)
  select 'event_' || id, 'endpoint', 'pending', 0, now(), '', '' from wallet`;

describe.each(DATABASES)('a ledger of before wallets had a shard, on %s', (_name, connect) => {
  let orm: MikroORM;
  let drop: () => Promise<void>;
  let em: EntityManager;
  const read = <Row>(sql: string) => em.execute<Row[]>(sql);

  beforeAll(async () => {
    ({ orm, drop } = await connect());
    em = seeingAll(orm.em.fork() as EntityManager);
    const migrator = seeingAll(new Migrator(orm.em as never));
    await migrator.up({ to: 'Migration20261122010000_ledger_check' });
    for (const statement of OF_BEFORE.split(';')) await em.execute(statement);
    await migrator.up();
  });
  afterAll(async () => {
    await orm.close();
    await drop();
  });

  it('gets that of its wallet in every row, and of a key that of its entry', async () => {
    const wallets = await read<{ id: string; shard: number }>('select id, shard from wallet');
    expect(wallets).toHaveLength(40);
    for (const { id, shard } of wallets) expect(shard).toBe(shardOf(id));
    for (const [table, condition] of [
      ['lot', 'wallet_id = w.id'],
      ['entry', 'wallet_id = w.id'],
      ['entry_lot', 'wallet_id = w.id'],
      ['idempotency_key', `key = 'key_' || w.id`],
      ['top_up', 'wallet_id = w.id'],
      ['top_up_attempt', `top_up_id = 'topup_' || w.id`],
      ['webhook_event', 'wallet_id = w.id'],
      ['webhook_delivery', `event_id = 'event_' || w.id`],
    ]) {
      const [row] = await read(
        `select count(*)::int as count from wallet w join ${table} x on x.${condition} and x.shard = w.shard`,
      );
      expect({ table, ...(row as object) }).toEqual({ table, count: 40 });
    }
  });

  it('keeps its hashes, and may be altered as little as before', async () => {
    expect(
      await read(`select id from wallet w where last_entry_hash <> (
      select hash from entry e where e.shard = w.shard and e.wallet_id = w.id)`),
    ).toEqual([]);
    await expect(read(`update entry set shard = 1`)).rejects.toThrow('append-only');
    await expect(read(`delete from entry_lot`)).rejects.toThrow('append-only');
    await expect(read(`update lot set shard = (shard + 1) % 256`)).rejects.toThrow('lot_shard_check');
  });

  it('refuses what that release would still write, which says no shard', async () => {
    await expect(read(OF_BEFORE.split(';')[1]!.replaceAll('wtxn_', 'other_'))).rejects.toThrow(
      'null value in column "shard"',
    );
  });

  it('has the shard first in every key and every index that leads from a wallet', async () => {
    const indexes = await read<{ name: string; columns: string; is_unique: boolean }>(
      `select i.indexrelid::regclass::text as name, i.indisunique as is_unique,
         pg_get_indexdef(i.indexrelid) as columns
       from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'shard'
       where i.indrelid::regclass::text <> 'idempotency_key'`,
    );
    const others = indexes.filter(({ columns, is_unique: isUnique }) =>
      isUnique ? !columns.includes('(shard, ') : columns.includes('(wallet_id'),
    );
    // What is of an environment, or of a customer, is so wherever the wallet is.
    expect(others.map(({ name }) => name).sort()).toEqual(['top_up_payment_unique', 'wallet_one_active_unique']);
    expect(indexes.length).toBeGreaterThan(50);
  });

  it('says of any id what the service says, and a successor has the shard of its wallet', async () => {
    const ids = ['', 'ä', ...Array.from({ length: 300 }, () => newId('wallet', NOW))];
    const rows = await em.execute<{ id: string; shard: number }[]>(
      `select id, shard_of(id) as shard from json_array_elements_text(?::json) as i(id)`,
      [JSON.stringify(ids)],
    );
    for (const { id, shard } of rows) expect([id, shardOf(id)]).toEqual([id, shard]);
    expect(new Set(rows.map(({ shard }) => shard)).size).toBeGreaterThan(120);
    expect(shardOf(newWalletIdIn(7, NOW))).toBe(7);
  });
});
