import { Migration } from '@mikro-orm/migrations';

/** Sessions of the console. */
export class Migration20261122180000_sessions extends Migration {
  override up(): void {
    this.addSql(`
      create table console_session (
        token_hash text primary key,
        tenant_id text not null,
        key_hash text not null,
        is_login boolean not null,
        expires_at timestamptz(3) not null,
        created_at timestamptz(3) not null
      )`);
    this.addSql(`create index console_session_expiry_index on console_session (expires_at)`);
    this.addSql(`select raise_walls()`);
  }
}
