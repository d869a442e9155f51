import { Migration } from '@mikro-orm/migrations';

const OPEN = `'created', 'charging', 'unknown', 'processing', 'requires_action', 'retry_wait', 'canceling', 'refund_due', 'awaiting_payment', 'overdue'`;

/** What is due, by environment: whose turn it is can be found without reading anybody's backlog. */
export class Migration20261121250000_sweep extends Migration {
  override up(): void {
    this.addSql(
      `create index top_up_guard_turn_index on top_up_guard (environment_id, next_evaluation_at) where next_evaluation_at is not null`,
    );
    this.addSql(
      `create index top_up_turn_index on top_up (environment_id, next_attempt_at) where top_up_status in (${OPEN})`,
    );
    this.addSql(
      `create index top_up_recheck_turn_index on top_up (environment_id, recheck_at) where recheck_at is not null`,
    );
    this.addSql(
      `create index hold_turn_index on hold (environment_id, expires_at) where hold_status = 'open' and expires_at is not null`,
    );
    // What is kept for its renewal is not looked at again and again meanwhile.
    const expiring = 'where is_open and expires_at is not null and renewal_id is null';
    this.addSql(`drop index lot_expiring_index`);
    this.addSql(`create index lot_expiring_index on lot (expires_at) ${expiring}`);
    this.addSql(`create index lot_turn_index on lot (environment_id, expires_at) ${expiring}`);
    // Old answers are forgotten in pieces, each found where the last one ended: ranges of pages that are used again know no age.
    this.addSql(`drop index idempotency_key_created_index`);
    this.addSql(`create index idempotency_key_created_index on idempotency_key (created_at)`);
    // A purchase that ends lets go of what it has kept in its own commit; those that ended before are looked at once.
    this.addSql(
      `update top_up_guard g set next_evaluation_at = now() where exists (
         select 1 from lot l where l.wallet_id = g.wallet_id and l.is_open and l.renewal_id is not null)`,
    );
  }
}
