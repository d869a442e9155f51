import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ConfigError } from '../config.js';
import { isDistributed } from '../shared/distribution.js';
import { APPEND_ONLY, letAppIn } from './let-app-in.js';

/** By which everything else is placed: what hangs on a wallet is where the wallet is. */
const FIRST = 'wallet';
/** Where tables are that hang on no wallet; those that do have its shard, and are known by that. */
export const WITHOUT_SHARD: Readonly<Record<'everywhere' | 'coordinator', readonly string[]>> = {
  /** Whole on every node: lists join them with what hangs on wallets. */
  everywhere: [
    'tenant',
    'invoice',
    'invoice_payment',
    'refund',
    'dispute',
    'webhook_endpoint',
    'consent',
    'coupon_redemption',
  ],
  /** Behind their walls. */
  coordinator: [
    'api_key',
    'app_user',
    'audit_log',
    'billing_connection',
    'console_session',
    'coupon',
    'credit_pack',
    'credits_account',
    'customer',
    'environment',
    'event_listener',
    'invoice_counter',
    'ledger_check',
    'mikro_orm_migrations',
    'payment_method',
    'portal_session',
    'promotional_renewal',
    'provider_customer',
    'provider_event',
    'reconciliation_difference',
    'reconciliation_payment',
    'reconciliation_run',
    'stripe_connection',
    'tenant_setting',
    'user_invitation',
    'wallet_count',
  ],
};

interface Unique {
  /** The column that it is distributed by. */
  by: string;
  /** Makes it of what is there. */
  make: string;
}

/** What is unique over all workers: tables that one machine does without, as a key of wallets or top-ups says it there. */
export const UNIQUES: Readonly<Record<string, Unique>> = {
  active_wallet: {
    by: 'customer_id',
    make: `
      drop index wallet_one_active_unique;
      create table active_wallet (
        customer_id text not null,
        tenant_id text not null,
        environment_id text not null,
        currency text not null,
        wallet_type text not null,
        wallet_id text not null,
        constraint wallet_one_active_unique primary key (customer_id, tenant_id, environment_id, currency, wallet_type)
      );
      insert into active_wallet
      select customer_id, tenant_id, environment_id, currency, wallet_type, id from wallet where wallet_status = 'active'`,
  },
  top_up_payment: {
    by: 'payment_id',
    make: `
      alter table top_up drop constraint top_up_payment_unique;
      create index if not exists top_up_payment_index on top_up (tenant_id, environment_id, payment_id);
      create table top_up_payment (
        payment_id text not null,
        tenant_id text not null,
        environment_id text not null,
        top_up_id text not null,
        constraint top_up_payment_unique primary key (payment_id, tenant_id, environment_id)
      );
      insert into top_up_payment
      select payment_id, tenant_id, environment_id, id from top_up where payment_id is not null`,
  },
};

/** The oldest release of Citus that all of it was tried on. */
const OLDEST_CITUS = 13;

interface Shape {
  /** In how many pieces the engine moves things: at least as many as there will ever be workers, or more. */
  pieces: number;
  /** Told what is done. */
  tell: (line: string) => void;
}

/**
 * Turns an empty or a filled database into a distributed one, with Citus's own functions and in one transaction: one that is
 * broken off has changed nothing. Of a distributed database it distributes what a later release has added.
 * @throws ConfigError where it can't be one, or a service is at work
 */
export async function distribute(em: EntityManager, { pieces, tell }: Shape): Promise<void> {
  await checkEngine(em);
  await refuseOthers(em);
  await em.transactional(async (tx) => {
    await tx.execute(`set local statement_timeout = 0; set local lock_timeout = '10s'`);
    // All of it over one connection a worker, so that each sees what was done before.
    await tx.execute(
      `set local citus.multi_shard_modify_mode = 'sequential'; set local client_min_messages = 'warning'`,
    );
    const isFirstTime = !(await isDistributed(tx));
    if (isFirstTime) {
      await refuseKeysWithoutShard(tx);
      await changeKeys(tx);
      await dropTriggers(tx);
    }
    const uniques = await notYetSpread(tx, Object.keys(UNIQUES));
    for (const table of uniques) await tx.execute((UNIQUES[table] as Unique).make);
    for (const table of await tablesWithShard(tx)) {
      await takeWallDown(tx, table);
      const beside =
        table === FIRST ? `shard_count => ${pieces}, colocate_with => 'none'` : `colocate_with => '${FIRST}'`;
      await spread(tx, table, 'shard', beside);
      tell(`${table}: distributed by shard`);
    }
    for (const table of await notYetSpread(tx, WITHOUT_SHARD.everywhere)) {
      await takeWallDown(tx, table);
      await tx.execute(`select create_reference_table('${table}')`);
      await tx.execute(`select truncate_local_data_after_distributing_table('${table}')`);
      tell(`${table}: whole on every node`);
    }
    for (const table of uniques) {
      const { by } = UNIQUES[table] as Unique;
      await spread(tx, table, by, `shard_count => ${pieces}, colocate_with => 'none'`);
      tell(`${table}: distributed by ${by}`);
    }
    await letAppIn(tx, undefined);
    await letAppReachWorkers(tx);
  });
}

/**
 * An upgrade makes its tables on the coordinator, where workers do not find them.
 * @throws ConfigError where some of a distributed database are not distributed yet
 */
export async function refuseLeftTables(em: EntityManager): Promise<void> {
  const left = [
    ...(await tablesWithShard(em)),
    ...(await notYetSpread(em, [...WITHOUT_SHARD.everywhere, ...Object.keys(UNIQUES)])),
  ];
  if (left.length === 0) return;
  throw new ConfigError(
    `the database is distributed, but for what this release has added (${left.join(', ')}): run \`npm run distribute\`, with no service at work`,
  );
}

async function checkEngine(em: EntityManager): Promise<void> {
  const [citus] = await em.execute<{ version: string }[]>(
    `select extversion as version from pg_extension where extname = 'citus'`,
  );
  if (!citus)
    throw new ConfigError('the database has no extension citus: create it on every node, and add the workers');
  if (parseInt(citus.version, 10) < OLDEST_CITUS)
    throw new ConfigError(`Citus ${citus.version} is too old: ${OLDEST_CITUS} or later`);
  const [{ workers } = { workers: 0 }] = await em.execute<{ workers: number }[]>(
    `select count(*)::int as workers from pg_dist_node where isactive and shouldhaveshards and noderole = 'primary'`,
  );
  if (workers === 0) throw new ConfigError('the coordinator has no workers: add them with citus_add_node');
  const [role] = await em.execute(`select from pg_roles where rolname = 'refill_app'`);
  if (!role)
    throw new ConfigError(
      'the role refill_app is not there, which alone keeps entries from being rewritten on workers: make it (docs/running.md)',
    );
}

/** @throws ConfigError while a service has connections: it would go on as if one machine had everything */
async function refuseOthers(em: EntityManager): Promise<void> {
  let others = await countOthers(em);
  // One that has just been stopped is seen a moment longer.
  for (let tries = 0; others > 0 && tries < 10; tries += 1) {
    await delay(100);
    others = await countOthers(em);
  }
  if (others === 0) return;
  throw new ConfigError(`a service, or another command, has ${others} connections to this database: stop it first`);
}

async function countOthers(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ others: number }[]>(
    `select count(*)::int as others from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'refill%'`,
  );
  return row?.others ?? 0;
}

/** Those of ours that are not distributed yet, wallets first. What somebody else keeps beside them stays where it is. */
async function tablesWithShard(em: EntityManager): Promise<string[]> {
  const ours = new Set([...[...em.getMetadata().getAll().values()].map(({ tableName }) => tableName), 'shard']);
  const rows = await em.execute<{ name: string }[]>(
    `select c.relname as name from pg_class c
     where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
       and exists (select from pg_attribute where attrelid = c.oid and attname = 'shard' and not attisdropped)
       and not exists (select from pg_dist_partition where logicalrelid = c.oid)
     order by c.relname <> '${FIRST}', c.relname`,
  );
  return rows.flatMap(({ name }) => (ours.has(name) ? [name] : []));
}

async function notYetSpread(em: EntityManager, tables: readonly string[]): Promise<string[]> {
  const rows = await em.execute<{ name: string }[]>('select logicalrelid::text as name from pg_dist_partition');
  return tables.filter((table) => !rows.some(({ name }) => name === table));
}

/** What was in it is on the workers then, and no longer here. */
async function spread(em: EntityManager, table: string, column: string, beside: string): Promise<void> {
  await em.execute(`select create_distributed_table('${table}', '${column}', ${beside})`);
  await em.execute(`select truncate_local_data_after_distributing_table('${table}')`);
}

/**
 * A policy with a subquery is refused on a distributed table, and workers are not told whose rows a connection sees. What is
 * left keeps `raise_walls` from raising it again.
 */
async function takeWallDown(em: EntityManager, table: string): Promise<void> {
  const [walled] = await em.execute(
    `select from pg_policy where polrelid = '${table}'::regclass and polname = 'scope'`,
  );
  if (!walled) return;
  await em.execute(`drop policy scope on ${table}`);
  await em.execute(`alter table ${table} no force row level security, disable row level security`);
  await em.execute(`create policy scope on ${table} using (true)`);
}

/** Refused on distributed tables. The role that the service takes on may not update or delete what they kept from it. */
async function dropTriggers(em: EntityManager): Promise<void> {
  for (const table of APPEND_ONLY) {
    await em.execute(`drop trigger ${table}_append_only on ${table}`);
    await em.execute(`revoke update, delete, truncate on ${table} from refill_app`);
  }
}

/** Who connects to the coordinator as this role reaches the workers as this role. */
async function letAppReachWorkers(em: EntityManager): Promise<void> {
  await em.execute('alter role refill_app login');
}

/** First answers of before wallets had a shard: a repeat would not find them. */
async function refuseKeysWithoutShard(em: EntityManager): Promise<void> {
  const [row] = await em.execute<{ count: number }[]>(
    'select count(*)::int as count from idempotency_key where shard is null',
  );
  if (!row?.count) return;
  throw new ConfigError(
    `${row.count} idempotency keys of before the upgrade do not say their wallet: they are forgotten 7 days after it`,
  );
}

/** Every unique key has to have the shard, or be of a table of its own (`UNIQUES`). */
async function changeKeys(em: EntityManager): Promise<void> {
  await em.execute(`
    alter table idempotency_key drop constraint idempotency_key_pkey,
      add primary key (shard, tenant_id, environment_id, key)`);
  // What the engine joins an insertion with, so that it takes place on the worker (src/shared/shard.ts).
  await em.execute(`create table shard (shard smallint primary key)`);
  await em.execute(`insert into shard select generate_series(0, 255)`);
}
