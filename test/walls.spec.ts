import { EntityManager } from '@mikro-orm/postgresql';
import { Customer } from '../src/customers/customer.entity.js';
import type { Scope } from '../src/shared/scope.js';
import { enterScope, outsideScopes, withinEveryScope, withinScope, withinScopes } from '../src/shared/sight.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';

describe.each(DATABASES)('the wall between tenants, on %s', (_name, createDatabase) => {
  let service: TestApp;
  /** The service's own, which sees what its caller has said and nothing else. */
  let em: EntityManager;
  let ours: Scope;
  let theirs: Scope;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    em = service.app.get(EntityManager);
    const clients = [await newTenantClient(service), await newTenantClient(service)] as const;
    [ours, theirs] = [clients[0].scope, clients[1].scope];
    for (const client of clients) await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
  });
  afterAll(() => service.close());

  const all = <Row extends object>(sql: string) => service.get(EntityManager).execute<Row[]>(sql);
  const customers = () => em.fork().find(Customer, {});
  const countOf = async () => (await customers()).length;

  it('is there for every table that has a tenant, for reads, writes and its owner, too', async () => {
    const tables = await all<{ name: string; is_walled: boolean }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity and exists (
           select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polroles = '{0}'
             and pg_get_expr(p.polqual, p.polrelid) like '%tenant_id = ANY%' = (c.relname <> 'tenant')
             and (pg_get_expr(p.polqual, p.polrelid) like '%environment_id = ANY%') = exists (
               select from pg_attribute a where a.attrelid = c.oid and a.attname = 'environment_id' and a.attnotnull
                 and c.relname <> 'api_key')) as is_walled
       from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
         and (c.relname = 'tenant' or exists (
           select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))`,
    );
    expect(tables.filter(({ is_walled }) => !is_walled)).toEqual([]);
    expect(tables.length).toBeGreaterThan(35);
  });

  it('is stood before by a role that cannot pass it, owns nothing and rewrites nothing that is append-only', async () => {
    const [role] = await withinEveryScope(() =>
      em.execute<object[]>(
        `select current_user::text as name, rolsuper or rolbypassrls or rolcreaterole as may_pass,
           exists (select from pg_class where relowner = r.oid) as owns,
           has_table_privilege('entry', 'update') or has_table_privilege('entry', 'delete')
             or has_table_privilege('entry_lot', 'update') or has_table_privilege('entry_charge', 'delete')
             or has_table_privilege('wallet', 'truncate') or has_table_privilege('mikro_orm_migrations', 'insert') as rewrites
         from pg_roles r where rolname = current_user`,
      ),
    );
    expect(role).toEqual({ name: 'refill_app', may_pass: false, owns: false, rewrites: false });
  });

  it('shows the rows of the scope, of several, or of all; and of none is asked for loudly', async () => {
    expect((await withinScope(ours, customers)).map(({ tenantId }) => tenantId)).toEqual([ours.tenantId]);
    expect(await withinScopes([ours, theirs], countOf)).toBe(2);
    expect(await withinEveryScope(countOf)).toBe(2);
    const mixed = { tenantId: ours.tenantId, environmentId: theirs.environmentId };
    expect(await withinScope(mixed, countOf)).toBe(0);
    await expect(countOf()).rejects.toThrow('has not said whose rows it sees');
    await expect(em.fork().transactional((tx) => tx.find(Customer, {}))).rejects.toThrow('has not said');
    expect(await withinScope(theirs, countOf)).toBe(1);
  });

  it('shows a request nothing before it was let in, and then what is its own', async () => {
    await expect(outsideScopes(countOf)).rejects.toThrow('has not said whose rows it sees');
    const seen = outsideScopes(async () => {
      await Promise.resolve();
      enterScope(theirs);
      return customers();
    });
    expect((await seen).map(({ tenantId }) => tenantId)).toEqual([theirs.tenantId]);
  });

  it('shows nothing where the connection was told nothing', async () => {
    const rows = await service
      .get(EntityManager)
      .fork()
      .transactional(async (tx) => {
        await tx.execute(`set local role refill_app`);
        const counts: unknown[] = [];
        for (const told of [`''`, `'${ours.tenantId}'`, `'${ours.tenantId},${ours.environmentId}'`]) {
          await tx.execute(`select set_config('refill.scope', ${told}, true)`);
          counts.push(...(await tx.execute<object[]>('select count(*)::int as count from customer')));
        }
        return counts;
      });
    expect(rows).toEqual([{ count: 0 }, { count: 0 }, { count: 1 }]);
  });

  it('lets nobody write rows of others, move theirs there, or change what it does not show', async () => {
    const [customer] = await withinScope(theirs, customers);
    const insert = () =>
      em
        .fork()
        .execute(`insert into tenant_setting select ?, ?, ?, 'credits', '{}', 'published', now(), now(), '', ''`, [
          'setting_x',
          theirs.tenantId,
          theirs.environmentId,
        ]);
    await expect(withinScope(ours, insert)).rejects.toThrow('row-level security');
    const move = () => em.fork().nativeUpdate(Customer, {}, { environmentId: theirs.environmentId });
    await expect(withinScope(ours, move)).rejects.toThrow('row-level security');
    const where = { id: customer?.id ?? '' };
    expect(await withinScope(ours, () => em.fork().nativeUpdate(Customer, where, { name: 'ours' }))).toBe(0);
    expect(await withinScope(ours, () => em.fork().nativeDelete(Customer, where))).toBe(0);
  });

  it('stays what it was for a transaction, whoever goes on with it', async () => {
    const seen = await withinScope(ours, () =>
      em.fork().transactional(async (tx) => {
        const before = await tx.find(Customer, {});
        const after = await withinEveryScope(() => tx.find(Customer, {}, { refresh: true }));
        return [before.length, after.length];
      }),
    );
    expect(seen).toEqual([1, 1]);
    expect(await withinEveryScope(countOf)).toBe(2);
  });

  it('is of each piece of work alone, however many share the connections', async () => {
    const scopes = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? ours : theirs));
    const seen = await Promise.all(
      scopes.map((scope, index) =>
        withinScope(scope, async () =>
          index % 3 === 0
            ? em.fork().transactional(async (tx) => {
                if (index % 5 === 0) await tx.execute('savepoint one');
                return (await tx.find(Customer, {})).map(({ tenantId }) => tenantId);
              })
            : (await customers()).map(({ tenantId }) => tenantId),
        ),
      ),
    );
    expect(seen).toEqual(scopes.map(({ tenantId }) => [tenantId]));
  });

  it('is told anew after a transaction that was rolled back', async () => {
    for (const [scope, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const undone = withinScope(scope, () =>
        em.fork().transactional(async (tx) => {
          await tx.find(Customer, {});
          throw new Error('undone');
        }),
      );
      await expect(undone).rejects.toThrow('undone');
      expect((await withinScope(scope, customers)).map(({ tenantId }) => tenantId)).toEqual([scope.tenantId]);
      expect((await withinScope(other, customers)).map(({ tenantId }) => tenantId)).toEqual([other.tenantId]);
    }
  });
});
