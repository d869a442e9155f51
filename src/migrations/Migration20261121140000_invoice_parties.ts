import { Migration } from '@mikro-orm/migrations';

/** Seller and buyer on invoices, as they were. */
export class Migration20261121140000_invoice_parties extends Migration {
  override up(): void {
    this.addSql(`alter table invoice add column seller jsonb null, add column buyer jsonb null`);
  }
}
