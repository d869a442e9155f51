import { Migration } from '@mikro-orm/migrations';

const IN_FLIGHT = `'created', 'charging', 'unknown', 'processing', 'requires_action', 'retry_wait', 'canceling', 'refund_due'`;
const OPEN = `${IN_FLIGHT}, 'awaiting_payment', 'overdue'`;

/** A table's wallet, the rest of its primary key, and its indexes that lead from a wallet. */
interface Table {
  wallet: string;
  key: string;
  /** By name: unique or not, columns behind the shard, predicate. */
  indexes?: Record<string, { unique?: true; columns: string; where?: string }>;
}

const TABLES: Record<string, Table> = {
  wallet: { wallet: 'id', key: 'id' },
  lot: {
    wallet: 'wallet_id',
    key: 'wallet_id, id',
    indexes: {
      lot_wallet_index: { columns: 'wallet_id, created_at, id' },
      lot_spend_index: {
        columns: 'wallet_id, priority, expires_at, granted desc, created_at, id',
        where: 'is_open',
      },
      lot_wallet_expiring_index: { columns: 'wallet_id, expires_at', where: 'is_open and expires_at is not null' },
    },
  },
  entry: {
    wallet: 'wallet_id',
    key: 'wallet_id, created_at, id',
    indexes: {
      entry_parent_index: { columns: 'wallet_id, parent_id', where: 'parent_id is not null' },
      entry_rare_index: { columns: 'wallet_id, created_at, id', where: `reason <> 'MANUAL_BALANCE_DEBIT'` },
      entry_sequence_unique: { unique: true, columns: 'wallet_id, sequence' },
      entry_idempotency_key_unique: {
        unique: true,
        columns: 'wallet_id, idempotency_key',
        where: `idempotency_key <> ''`,
      },
      entry_top_up_unique: { unique: true, columns: 'wallet_id, top_up_id', where: 'top_up_id is not null' },
    },
  },
  entry_charge: { wallet: 'wallet_id', key: 'wallet_id, entry_id' },
  entry_lot: {
    wallet: 'wallet_id',
    key: 'wallet_id, entry_id, lot_id, kind',
    indexes: { entry_lot_sequence_index: { columns: 'wallet_id, lot_id, sequence' } },
  },
  hold: {
    wallet: 'wallet_id',
    key: 'wallet_id, id',
    indexes: { hold_wallet_index: { columns: 'wallet_id, created_at' } },
  },
  hold_lot: { wallet: 'wallet_id', key: 'wallet_id, hold_id, lot_id' },
  pending_credit: {
    wallet: 'wallet_id',
    key: 'wallet_id, id',
    indexes: {
      pending_credit_wallet_index: { columns: 'wallet_id, created_at, id' },
      pending_credit_key_index: { columns: 'wallet_id, idempotency_key', where: `idempotency_key <> ''` },
    },
  },
  top_up_rule: { wallet: 'wallet_id', key: 'wallet_id, trigger' },
  top_up_guard: { wallet: 'wallet_id', key: 'wallet_id' },
  top_up: {
    wallet: 'wallet_id',
    key: 'id',
    indexes: {
      top_up_wallet_index: { columns: 'wallet_id, created_at' },
      top_up_open_index: { columns: 'wallet_id', where: `top_up_status in (${OPEN})` },
      top_up_one_automatic_unique: {
        unique: true,
        columns: 'wallet_id',
        where: `is_automatic and not invoicing and top_up_status in (${IN_FLIGHT})`,
      },
      top_up_one_invoice_unique: {
        unique: true,
        columns: 'wallet_id',
        where: `is_automatic and invoicing and top_up_status in ('created', 'awaiting_payment')`,
      },
      top_up_one_purchase_unique: {
        unique: true,
        columns: 'wallet_id',
        where: `not is_automatic and not invoicing and top_up_status in (${IN_FLIGHT})`,
      },
    },
  },
  top_up_decision: {
    wallet: 'wallet_id',
    key: 'wallet_id, id',
    indexes: { top_up_decision_wallet_index: { columns: 'wallet_id, last_seen_at' } },
  },
  alert_log: {
    wallet: 'wallet_id',
    key: 'wallet_id, id',
    indexes: { alert_log_wallet_index: { columns: 'wallet_id, created_at' } },
  },
  webhook_event: { wallet: 'wallet_id', key: 'id' },
};

/**
 * All that hangs on a wallet has its shard, as the first column of its keys (ADR 35). A generated column is filled while
 * the table is written anew, past the triggers that refuse updates, and made an ordinary one then, since nothing is
 * distributed by a generated one. It takes as long as writing the ledger once, with nobody else at work.
 */
export class Migration20261122130000_shard extends Migration {
  override up(): void {
    this.addSql(`set local statement_timeout = 0`);
    this.addSql(`
      create function shard_of(wallet_id text) returns smallint immutable strict parallel safe language sql
      return get_byte(decode(md5(wallet_id), 'hex'), 0)::smallint`);
    for (const [name, table] of Object.entries(TABLES)) this.#shardTable(name, table);
    this.#shardChildren();
    this.#shardKeys();
  }

  #shardTable(name: string, { wallet, key, indexes = {} }: Table): void {
    for (const index of Object.keys(indexes)) this.addSql(`drop index ${index}`);
    this.addSql(`
      alter table ${name} drop constraint ${name}_pkey,
        add column shard smallint not null generated always as (shard_of(${wallet})) stored`);
    this.addSql(`
      alter table ${name} alter column shard drop expression,
        add constraint ${name}_shard_check check (shard = shard_of(${wallet})), add primary key (shard, ${key})`);
    for (const [index, { unique, columns, where }] of Object.entries(indexes)) {
      const predicate = where === undefined ? '' : `where ${where}`;
      this.addSql(`create ${unique ? 'unique ' : ''}index ${index} on ${name} (shard, ${columns}) ${predicate}`);
    }
  }

  /** Of what has no wallet of its own, or another one: a top-up may have moved to the wallet that its own became. */
  #shardChildren(): void {
    this.addSql(`delete from webhook_delivery where event_id not in (select id from webhook_event)`);
    for (const [child, parent, key] of [
      ['top_up_attempt', 'top_up', 'top_up_id, attempt'],
      ['webhook_delivery', 'webhook_event', 'event_id, endpoint_id'],
    ] as const) {
      const [parentId] = key.split(',');
      this.addSql(`alter table ${child} add column shard smallint`);
      this.addSql(`update ${child} c set shard = p.shard from ${parent} p where p.id = c.${parentId}`);
      this.addSql(`
        alter table ${child} alter column shard set not null, drop constraint ${child}_pkey, add primary key (shard, ${key})`);
    }
    this.addSql(`drop index top_up_attempt_wallet_index`);
    this.addSql(`create index top_up_attempt_wallet_index on top_up_attempt (shard, wallet_id, started_at)`);
    this.addSql(`
      alter table top_up_decision drop constraint top_up_decision_dedupe_unique,
        add constraint top_up_decision_dedupe_unique unique (shard, wallet_id, dedupe_key)`);
    // Found by id alone, and wallets in the order of their ids, which is that of anchors. Ids sort by time, so what is forgotten is found by them, too. Keys of purchases are the ledger's.
    this.addSql(`create index wallet_id_index on wallet (id)`);
    this.addSql(`create index top_up_id_index on top_up (id)`);
    this.addSql(`alter table top_up drop constraint top_up_key_unique`);
    this.addSql(`create index webhook_event_id_index on webhook_event (id)`);
    this.addSql(`drop index webhook_event_created_index`);
  }

  /** A key is its environment's, wherever its wallet is; which one that was is known of those that have made an entry. */
  #shardKeys(): void {
    this.addSql(`alter table idempotency_key add column shard smallint`);
    this.addSql(`
      update idempotency_key k set shard = e.shard from entry e
      where e.tenant_id = k.tenant_id and e.environment_id = k.environment_id and e.idempotency_key = k.key`);
    // A shard follows from its wallet: believed to be independent, it makes a wallet of a million entries look like one of 4,000.
    for (const table of ['entry', 'lot', 'pending_credit']) {
      this.addSql(`drop statistics ${table}_scope_statistics`);
      this.addSql(`
        create statistics ${table}_scope_statistics (dependencies) on tenant_id, environment_id, wallet_id, shard from ${table}`);
    }
    // Not of empty tables: plans that are made for these read them whole, and are kept while they grow.
    this.addSql(`do $$ begin if exists (select from wallet) then analyze; end if; end $$`);
  }
}
