import { Migration } from '@mikro-orm/migrations';

/**
 * The second wall (ADR 29): a row is there for those connections only whose `refill.scope` names its tenant and its
 * environment, or everything. `raise_walls()` gives every table its policy that has a tenant and none yet: a migration
 * that makes such a table calls it at its end. Keys know of each other over the environments of their tenant (who made
 * whom), so they are walled in by tenant, as is what may be of no environment. The policy is a filter and never a way to find rows, and it counts the same
 * with the planner whatever is in the table, so that plans stay those that the queries ask for.
 */
export class Migration20261121900000_walls extends Migration {
  override up(): void {
    this.addSql(`
      create function raise_walls() returns void as $$
      declare
        told constant text := $told$(select current_setting('refill.scope', true))$told$;
        named constant text := $named$any ((select string_to_array(current_setting('refill.scope', true), ','))::text[])$named$;
        walled record;
      begin
        for walled in
          select c.oid::regclass as name, case when c.relname = 'tenant' then 'id' else 'tenant_id' end as tenant,
            c.relname <> 'api_key' and exists (
              select from pg_attribute where attrelid = c.oid and attname = 'environment_id' and attnotnull) as has_environment
          from pg_class c
          where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
            and (c.relname = 'tenant'
              or exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped))
            and not exists (select from pg_policy where polrelid = c.oid and polname = 'scope')
        loop
          execute format('alter table %s enable row level security, force row level security', walled.name);
          execute format('create policy scope on %s using (case when %s = ''*'' then true else %I = %s%s end)',
            walled.name, told, walled.tenant, named,
            case when walled.has_environment then format(' and environment_id = %s', named) else '' end);
        end loop;
      end; $$ language plpgsql`);
    this.addSql('select raise_walls()');
  }
}
