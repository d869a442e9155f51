import { Migration } from '@mikro-orm/migrations';

/** Users who sign up and log in; the keys that they get for it. */
export class Migration20261121170000_users extends Migration {
  override up(): void {
    this.addSql(`
      create table app_user (
        id text primary key,
        tenant_id text not null,
        email text not null,
        password_hash text not null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
    this.addSql(`create unique index app_user_email_unique on app_user (email)`);
    this.addSql(`alter table api_key add column user_id text null`);
    this.addSql(`
      create index api_key_user_index on api_key (user_id, expires_at)
        where user_id is not null and status = 'published'`);
  }
}
