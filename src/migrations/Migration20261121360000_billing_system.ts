import { Migration } from '@mikro-orm/migrations';

/**
 * The provider `webhook`: where an environment's own billing system is, and the secret that both sides sign with. Its ids of
 * payments are its own, so a payment is one of its environment: the id of one tenant must not keep another from charging.
 */
export class Migration20261121360000_billing_system extends Migration {
  override up(): void {
    this.addSql(`
      create table billing_connection (
        tenant_id text not null,
        environment_id text not null,
        url text not null,
        sealed_secret text not null,
        version int not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        primary key (tenant_id, environment_id)
      )`);
    this.addSql(`
      alter table top_up drop constraint top_up_payment_unique,
        add constraint top_up_payment_unique unique (tenant_id, environment_id, payment_id)`);
  }
}
