import { Migration } from '@mikro-orm/migrations';
/** What an environment set differently from the defaults. */
export class Migration20261121020000_settings extends Migration {
    up() {
        this.addSql(`
      create table tenant_setting (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        key text not null,
        value jsonb not null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`create unique index tenant_setting_key_unique on tenant_setting (tenant_id, environment_id, key)`);
    }
}
//# sourceMappingURL=Migration20261121020000_settings.js.map