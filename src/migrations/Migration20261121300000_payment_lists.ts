import { Migration } from '@mikro-orm/migrations';

/** Ways to the payments of an environment, in their order, and to those of an invoice. */
export class Migration20261121300000_payment_lists extends Migration {
  override up(): void {
    this.addSql(`create index top_up_created_index on top_up (tenant_id, environment_id, created_at, id)`);
    this.addSql(`create index top_up_invoice_index on top_up (invoice_id)`);
    this.addSql(
      `create index invoice_payment_created_index on invoice_payment (tenant_id, environment_id, created_at, id)`,
    );
  }
}
