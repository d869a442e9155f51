import { Migration } from '@mikro-orm/migrations';

/** What an overview counts and what one box finds, each by an index of its own. */
export class Migration20261122160100_analytics extends Migration {
  override up(): void {
    const place = 'tenant_id, environment_id';
    this.addSql(`create index customer_external_id_beginning_index on customer (${place}, external_id collate "C")
      where status = 'published'`);
    this.addSql(`create index customer_email_beginning_index on customer (${place}, email collate "C")
      where status = 'published' and email is not null`);
    this.addSql(`create index api_key_beginning_index on api_key (${place}, display_id collate "C")
      where status = 'published' and user_id is null`);
    this.addSql('create index hold_id_index on hold (id)');
    this.addSql(`create index top_up_outcome_index on top_up (${place}, top_up_status, created_at)`);
    this.addSql(`create index top_up_rule_paused_index on top_up_rule (${place}, updated_at) where pause_reason <> ''`);
    this.addSql(
      `create index top_up_guard_attention_index on top_up_guard (${place}, paused_at) where paused_at is not null`,
    );
    this.addSql(`create index dispute_open_index on dispute (${place}, created_at) where dispute_status = 'open'`);
    this.addSql(`create index wallet_near_empty_index on wallet (${place}, id) where wallet_status = 'active'
      and (alert_state in ('warning', 'in_alarm') or credit_alert_state in ('warning', 'in_alarm'))`);
  }
}
