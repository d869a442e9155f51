import { Migration } from '@mikro-orm/migrations';

/** The log of alerts: one row for each change of state. */
export class Migration20261121070000_wallets extends Migration {
  override up(): void {
    this.addSql(`
      create table alert_log (
        wallet_id text not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        alert_type text not null check (alert_type in ('low_credit_balance', 'low_ongoing_balance')),
        alert_status text not null check (alert_status in ('ok', 'info', 'warning', 'in_alarm')),
        alert_settings jsonb not null,
        value_at_time numeric(38,9) not null,
        created_at timestamptz(3) not null,
        primary key (wallet_id, id)
      )`);
    this.addSql(`create index alert_log_wallet_index on alert_log (wallet_id, created_at)`);
    this.addSql(`create index alert_log_scope_index on alert_log (tenant_id, environment_id, created_at)`);
  }
}
