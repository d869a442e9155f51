import { Migration } from '@mikro-orm/migrations';

/** Top-ups that are paid on a page of the provider's. */
export class Migration20261121320000_checkouts extends Migration {
  override up(): void {
    this.addSql(`alter table top_up add column checkout jsonb null`);
  }
}
