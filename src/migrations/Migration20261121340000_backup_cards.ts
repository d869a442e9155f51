import { Migration } from '@mikro-orm/migrations';

/** A backup beside the card on file, cards that are told of before they expire, and cards that their provider has changed. */
export class Migration20261121340000_backup_cards extends Migration {
  override up(): void {
    this.addSql(`
      alter table payment_method drop constraint payment_method_status_check,
        add constraint payment_method_status_check check (status in ('published', 'backup', 'archived', 'deleted')),
        add column notice_at timestamptz(3) null default now()`);
    this.addSql(
      `create unique index payment_method_backup_unique on payment_method (tenant_id, environment_id, customer_id)
         where status = 'backup'`,
    );
    this.addSql(
      `create index payment_method_customer_index on payment_method (tenant_id, environment_id, customer_id)`,
    );
    this.addSql(`create index payment_method_ref_index on payment_method (environment_id, provider_ref)`);
    this.addSql(
      `create index payment_method_notice_index on payment_method (notice_at)
         where notice_at is not null and status in ('published', 'backup')`,
    );
    this.addSql(
      `create index payment_method_notice_turn_index on payment_method (environment_id, notice_at)
         where notice_at is not null and status in ('published', 'backup')`,
    );
    this.addSql(`alter table top_up add column backup jsonb null`);
    this.addSql(`
      alter table top_up_decision drop constraint top_up_decision_verdict_check,
        add constraint top_up_decision_verdict_check check (verdict in ('buy', 'skip', 'cancel', 'retry'))`);
    this.addSql(`
      alter table provider_event drop constraint provider_event_subject_kind_check,
        add constraint provider_event_subject_kind_check
          check (subject_kind in ('payment', 'setup', 'returns', 'card'))`);
  }
}
