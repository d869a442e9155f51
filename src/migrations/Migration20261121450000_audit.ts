import { Migration } from '@mikro-orm/migrations';

/** Who changed what, when and from where. Rows are only added. */
export class Migration20261121450000_audit extends Migration {
  override up(): void {
    this.addSql(`
      create table audit_log (
        id text primary key,
        tenant_id text not null,
        environment_id text null,
        at timestamptz(3) not null default clock_timestamp(),
        action text not null,
        actor_kind text not null check (actor_kind in ('key', 'user', 'operator', 'system', 'anonymous')),
        key_id text null,
        key_name text null,
        user_id text null,
        user_email text null,
        address text not null,
        user_agent text not null,
        request_id text not null,
        target_kind text not null,
        target_id text not null,
        before jsonb null,
        after jsonb null
      )`);
    this.addSql(`create index audit_log_tenant_index on audit_log (tenant_id, at, id)`);
    for (const column of ['environment_id', 'action', 'target_id', 'actor_kind', 'key_id', 'user_id']) {
      this.addSql(`create index audit_log_${column}_index on audit_log (tenant_id, ${column}, at, id)`);
    }
    this.addSql(`
      create function audit_log_audit_log_append_only_fn() returns trigger as $$ begin
        raise exception 'the audit log is append-only' using errcode = 'restrict_violation';
      end; $$ language plpgsql`);
    this.addSql(
      `create trigger audit_log_append_only before update or delete on audit_log
         for each row execute function audit_log_audit_log_append_only_fn()`,
    );
  }
}
