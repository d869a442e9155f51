import type { EntityManager } from '@mikro-orm/postgresql';
import { APP_ROLE } from '../shared/scoped-connections.js';

/** The ledger's tables that nobody rewrites: where the database is distributed, no trigger says so. */
export const APPEND_ONLY = ['entry', 'entry_lot', 'entry_charge'];

/**
 * The role that every connection of the service takes on: it reads and writes rows, changes no table, and rewrites nothing
 * that is append-only. Roles are one for all databases of a server, what they may is said in each.
 */
const MAKE_ROLE = `do $$ begin
  if not exists (select from pg_roles where rolname = '${APP_ROLE}') then
    create role ${APP_ROLE} nologin;
  end if;
exception
  -- Somebody else makes it at this moment, or this login may not: then the login's own role has to be one that is walled in.
  when duplicate_object or unique_violation or insufficient_privilege then null;
end $$`;

const GRANT = `do $$ declare
  made record;
begin
  if not exists (select from pg_roles where rolname = '${APP_ROLE}') then return; end if;
  if not has_schema_privilege('${APP_ROLE}', current_schema(), 'usage') then
    execute format('grant usage on schema %I to ${APP_ROLE}', current_schema());
  end if;
  for made in
    select c.oid::regclass as name, case
        when c.relname = 'mikro_orm_migrations' then 'select'
        when c.relname in (${APPEND_ONLY.map((table) => `'${table}'`).join(', ')})
          or exists (select from pg_trigger where tgrelid = c.oid and tgname like '%append_only') then 'select, insert'
        else 'select, insert, update, delete' end as rights
    from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
      and pg_has_role(current_user, c.relowner, 'usage') and not has_table_privilege('${APP_ROLE}', c.oid, 'select')
  loop
    execute format('grant %s on %s to ${APP_ROLE}', made.rights, made.name);
  end loop;
end $$`;

/**
 * What `GRANT` and `letLoginIn` would find to do is nothing: asked in one statement, and in SQL alone, since the embedded
 * database takes a quarter of a second to load the language of the others.
 */
const IS_IN = `
  select exists (
    select from pg_roles r where r.rolname = '${APP_ROLE}'
      and has_schema_privilege(r.oid, current_schema(), 'usage')
      and not exists (
        select from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
          and pg_has_role(current_user, c.relowner, 'usage') and not has_table_privilege(r.oid, c.oid, 'select'))
      and not exists (
        select from pg_roles l where l.rolname = ?::text and not pg_has_role(l.oid, r.oid, 'member'))
  ) as is_in`;

/** Makes the service's role where this login may, and lets it at the tables that are there. Asked by who owns them, at every start. */
export async function letAppIn(em: EntityManager, login: string | undefined): Promise<void> {
  const [found] = await em.execute<{ is_in: boolean }[]>(IS_IN, [login ?? null]);
  if (found?.is_in) return;
  await em.execute(MAKE_ROLE);
  await em.execute(GRANT);
  if (login !== undefined) await letLoginIn(em, login);
}

/** Lets a login take the service's role on. A superuser may anyway; whoever may not grant it leaves it as it is. */
async function letLoginIn(em: EntityManager, login: string): Promise<void> {
  await em.execute(
    `select set_config('refill.login', ?, true);
     do $$ begin
       if exists (select from pg_roles r, pg_roles l where r.rolname = '${APP_ROLE}'
         and l.rolname = current_setting('refill.login') and not pg_has_role(l.oid, r.oid, 'member'))
       then execute format('grant ${APP_ROLE} to %I', current_setting('refill.login')); end if;
     exception when insufficient_privilege then null;
     end $$`,
    [login],
  );
}

/** @returns the role that passes policies by, if the service's connections have such a one */
export async function unwalledRole(em: EntityManager): Promise<string | undefined> {
  const [role] = await em.execute<{ name: string }[]>(
    'select rolname as name from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)',
  );
  return role?.name;
}
