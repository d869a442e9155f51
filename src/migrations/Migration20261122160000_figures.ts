import { Migration } from '@mikro-orm/migrations';

/** Sums up all entries that are there; money of another currency than its wallet's has rows of its own. */
export const FIGURES_OF_ENTRIES: readonly string[] = [
  `insert into ledger_figure
  select min(e.shard), e.environment_id, e.day, e.currency, min(e.id), e.tenant_id, e.conversion_rate, e.reason,
    e.counter_account, count(*), sum(e.credits), sum(e.purchased), sum(e.free), sum(e.charged)
  from (
    select e.*, to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD') as day, w.conversion_rate,
      coalesce(k.purchased, 0) as purchased, coalesce(k.free, 0) as free,
      case when c.currency = e.currency then c.charged_minor else 0 end as charged
    from entry e join wallet w on w.shard = e.shard and w.id = e.wallet_id
    left join entry_charge c on c.shard = e.shard and c.wallet_id = e.wallet_id and c.entry_id = e.id
    left join (
      select k.shard, k.wallet_id, k.entry_id, sum(k.credits) filter (where l.source = 'purchased') as purchased,
        sum(k.credits) filter (where l.source = 'free') as free
      from entry_lot k join lot l on l.shard = k.shard and l.wallet_id = k.wallet_id and l.id = k.lot_id
      group by k.shard, k.wallet_id, k.entry_id) k
      on k.shard = e.shard and k.wallet_id = e.wallet_id and k.entry_id = e.id) e
  group by e.environment_id, e.day, e.currency, e.tenant_id, e.conversion_rate, e.reason, e.counter_account`,
  `insert into ledger_figure
  select min(e.shard), e.environment_id, to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD') as day, c.currency,
    min(e.id), e.tenant_id, w.conversion_rate, e.reason, e.counter_account, 0, 0, 0, 0, sum(c.charged_minor)
  from entry_charge c
  join entry e on e.shard = c.shard and e.wallet_id = c.wallet_id and e.id = c.entry_id and e.currency <> c.currency
  join wallet w on w.shard = e.shard and w.id = e.wallet_id
  group by e.environment_id, day, c.currency, e.tenant_id, w.conversion_rate, e.reason, e.counter_account`,
];

/** What the entries of each day come to (ADR 38). Those that are there are summed up once; from here on commits do. */
export class Migration20261122160000_figures extends Migration {
  override up(): void {
    this.addSql(`
      create table ledger_figure (
        shard smallint not null,
        environment_id text not null,
        day text not null,
        currency text not null,
        id text not null,
        tenant_id text not null,
        conversion_rate numeric(10,5) not null,
        reason text not null check (reason in ('FREE_CREDIT_GRANT', 'SUBSCRIPTION_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT',
          'PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS', 'CREDIT_NOTE', 'INVOICE_VOID_REFUND', 'DEBIT_REVERSAL',
          'TRANSFER_IN', 'MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED', 'WALLET_TERMINATION', 'GRANT_VOID', 'TRANSFER_OUT',
          'DEBT_REPAYMENT')),
        counter_account text not null,
        entries int not null,
        credits numeric(38,9) not null,
        purchased numeric(38,9) not null,
        free numeric(38,9) not null,
        charged_minor bigint not null,
        primary key (shard, environment_id, day, currency, id)
      )`);
    // Rows come and go with every commit: waiting for a fifth of the table to be dead would make it many times its size.
    this.addSql(
      'alter table ledger_figure set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
    );
    for (const sql of FIGURES_OF_ENTRIES) this.addSql(sql);
    this.addSql('select raise_walls()');
  }
}
