import { Migration } from '@mikro-orm/migrations';

/** How many wallets there are, by customer and in all: kept by the commits that open them. */
export class Migration20261122145000_wallet_counts extends Migration {
  override up(): void {
    this.addSql(`
      create table wallet_count (
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallets int not null,
        primary key (tenant_id, environment_id, customer_id)
      )`);
    this.addSql(`
      insert into wallet_count (tenant_id, environment_id, customer_id, wallets)
      select tenant_id, environment_id, coalesce(customer_id, ''), count(*) from wallet
      group by grouping sets ((tenant_id, environment_id), (tenant_id, environment_id, customer_id))`);
    this.addSql('select raise_walls()');
  }
}
