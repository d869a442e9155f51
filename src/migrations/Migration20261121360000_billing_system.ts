import { Migration } from '@mikro-orm/migrations';

/** The provider `webhook`: where an environment's own billing system is, and the secret that both sides sign with. */
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
  }
}
