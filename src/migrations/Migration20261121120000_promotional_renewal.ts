import { Migration } from '@mikro-orm/migrations';

/** When an account's promotional credits come next. */
export class Migration20261121120000_promotional_renewal extends Migration {
  override up(): void {
    this.addSql(`
      create table promotional_renewal (
        customer_id text primary key,
        tenant_id text not null,
        environment_id text not null,
        next_at timestamptz(3) not null,
        renewed_at timestamptz(3) not null
      )`);
  }
}
