import { Migration } from '@mikro-orm/migrations';

/** Lists of an environment or a customer, in the order of creation: read from an index to the end of the page. */
export class Migration20261122140000_list_indexes extends Migration {
  override up(): void {
    this.addSql(`create index wallet_created_index on wallet (tenant_id, environment_id, created_at, id)`);
    this.addSql(`drop index wallet_customer_index`);
    this.addSql(
      `create index wallet_customer_index on wallet (tenant_id, environment_id, customer_id, created_at, id)`,
    );
    this.addSql(`
      create index entry_scope_rare_index on entry (tenant_id, environment_id, created_at, id)
        where reason <> 'MANUAL_BALANCE_DEBIT'`);
    this.addSql(`
      create index pending_credit_scope_key_index on pending_credit (tenant_id, environment_id, idempotency_key)
        where idempotency_key <> ''`);
  }
}
