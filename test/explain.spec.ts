import { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { StreamedEvents } from '../src/events/stream/streamed-events.js';
import { FigureFolds } from '../src/ledger/figures/figure-folds.js';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { withinScope } from '../src/shared/sight.js';
import { ReconciliationRows } from '../src/top-ups/reconciliation/reconciliation-rows.js';
import { readPurchase } from '../src/top-ups/refunds/purchase-returns.js';
import { RefundQueue } from '../src/top-ups/refunds/refund-queue.js';
import type { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpQueue } from '../src/top-ups/purchases/top-up-queue.js';
import { DeliveryQueue } from '../src/webhooks/delivery-queue.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { fillFigures, fillMoney, fillRest, fillWallets } from './support/fill-tables.js';
import { fillStatements } from './support/fill-wallet.js';
import { TestLedger } from './support/ledger.js';
import { recordSql, type Statement } from './support/sql-recorder.js';

const DAY_MS = 86_400_000;
/** The tables that grow for ever: a list that reads one of them whole is slow for everybody, one day. */
const GROWING = [
  'entry',
  'entry_lot',
  'lot',
  'ledger_figure',
  'streamed_event',
  'hold',
  'pending_credit',
  'alert_log',
  'webhook_event',
  'webhook_delivery',
  'top_up',
  'top_up_attempt',
  'invoice',
  'invoice_payment',
  'refund',
  'dispute',
  'reconciliation_difference',
  'reconciliation_payment',
  'audit_log',
];
const READS_GROWING = new RegExp(`(from|join|update)\\s+"?(${GROWING.join('|')})"?\\b`, 'i');

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'One-Time Filter'?: string;
  'Parent Relationship'?: string;
  'Subplan Name'?: string;
  Plans?: PlanNode[];
}

interface Explained {
  'QUERY PLAN': [{ Plan: PlanNode }];
}

describe('the plans of lists and searches', () => {
  let service: TestApp;
  let client: ApiClient;
  let database: pg.Client;
  let walletId: string;
  let customerId: string;
  let portalToken: string;
  let middle: string;
  let lotId: string;
  /** Indexes of growing tables that begin with the shard. */
  let shardIndexes: string[];
  beforeAll(async () => {
    service = await startTestApp();
    database = new pg.Client(service.database.url);
    await database.connect();
    const from = service.clock.now();
    service.clock.advance(300 * DAY_MS);
    middle = new Date(from.getTime() + 150 * DAY_MS).toISOString();
    // Most of it is others': what one tenant asks for is a part of the table, as in a service of many.
    for (const [entries, wallets] of [
      [5000, 2],
      [40_000, 4],
    ] as const) {
      const tenant = await newTenantClient(service);
      const ledger = new TestLedger(service, tenant.scope);
      client ??= tenant;
      for (let index = 0; index < wallets; index += 1) {
        const id = await ledger.open();
        walletId ??= id;
        for (const sql of fillStatements({ walletId: id, entries, from, to: service.clock.now() })) {
          await database.query(sql);
        }
        await database.query(fillRest(id, entries / 10));
        await database.query(fillMoney(id, entries / 10));
        await database.query(fillFigures(id, entries / 10, entries / 2));
      }
    }
    lotId = `${walletId}_${'1'.padStart(10, '0')}`;
    const { body: customer } = await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    customerId = customer.id;
    await database.query(`update invoice set customer_id = $1 where wallet_id = $2`, [customerId, walletId]);
    await database.query(`update wallet set customer_id = $1 where id = $2`, [customerId, walletId]);
    const { body: session } = await client.get('/v1/customers/portal/acme').expect(200);
    portalToken = session.token;
    const { rows } = await database.query<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index
       where indrelid::regclass::text = any($1) and pg_get_indexdef(indexrelid) like '%(shard, %'`,
      [GROWING],
    );
    shardIndexes = rows.map(({ name }) => name);
    await database.query('vacuum analyze');
  });
  afterAll(async () => {
    await database.end();
    await service.close();
  });

  /** As the service's own role: the policies are part of its plans. What is prepared has one plan for whatever values. */
  async function planOf({ text, values }: Statement): Promise<PlanNode | undefined> {
    await database.query('set role refill_app');
    const { rows } = text.startsWith('/* prepared */')
      ? await explainPrepared(text, values)
      : await database.query<Explained>(`explain (format json) ${text}`, [...values]);
    await database.query('reset role');
    return withoutScope(rows[0]?.['QUERY PLAN'][0].Plan);
  }

  async function explainPrepared(text: string, values: readonly unknown[]): Promise<pg.QueryResult<Explained>> {
    const given = (values as readonly (string | number | string[] | null)[]).map((value) =>
      value === null ? 'null' : database.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : `${value}`),
    );
    await database.query(`prepare explained as ${text}`);
    await database.query('set plan_cache_mode = force_generic_plan');
    const call = given.length === 0 ? 'explained' : `explained (${given.join(', ')})`;
    const explained = await database.query<Explained>(`explain (format json) execute ${call}`);
    await database.query('reset plan_cache_mode');
    await database.query('deallocate explained');
    return explained;
  }

  function nodesOf(node: PlanNode | undefined): PlanNode[] {
    return node ? [node, ...(node.Plans ?? []).flatMap(nodesOf)] : [];
  }

  /** What reads the connection's scope, once a statement: it reads no table. */
  function readsScope(plan: PlanNode): boolean {
    const isAside = plan['Parent Relationship'] === 'InitPlan' && !plan['Subplan Name']?.startsWith('CTE');
    return isAside && nodesOf(plan).every((node) => node['Relation Name'] === undefined);
  }

  /** Without what reads the connection's scope, and without what a condition that never holds guards. */
  function withoutScope(node: PlanNode | undefined): PlanNode | undefined {
    if (!node?.Plans) return node;
    const isNever = node['One-Time Filter'] === 'false';
    const plans = isNever ? [] : node.Plans.filter((plan) => !readsScope(plan));
    return { ...node, Plans: plans.map((plan) => withoutScope(plan) as PlanNode) };
  }

  async function plansOf(statements: Statement[]): Promise<string[]> {
    const found: string[] = [];
    for (const statement of statements) {
      const { text } = statement;
      if (!READS_GROWING.test(text)) continue;
      const scanned = scannedWhole(await planOf(statement));
      if (scanned.length > 0) found.push(`${scanned.join(', ')} ← ${text}`);
    }
    return found;
  }

  function scannedWhole(node: PlanNode | undefined): string[] {
    if (!node) return [];
    const name = node['Relation Name'] ?? '';
    const own = node['Node Type'].endsWith('Seq Scan') && GROWING.includes(name) ? [name] : [];
    const index = node['Index Name'] ?? '';
    // Whoever does not say the shard has the index of all wallets read.
    if (shardIndexes.includes(index) && !node['Index Cond']?.includes('shard')) own.push(index);
    return [...own, ...(node.Plans ?? []).flatMap(scannedWhole)];
  }

  const inMonth = () => `start_time=${middle}&end_time=${new Date(Date.parse(middle) + 30 * DAY_MS).toISOString()}`;
  const wallet = (path: string) => () => client.get(`/v1/wallets/${walletId}${path}`);
  const transactions = (query: string) => () => client.get(`/v1/wallets/${walletId}/transactions?${query}`);
  const invoices = (body: object) => client.post('/v1/invoices/search', { ...body });
  const portal = (path: string) => () => client.get(`/v1/customer/portal${path}`).set('X-Session-Token', portalToken);
  const search = (body: object) => () => client.post('/v1/wallets/transactions/search', { ...body });

  it.each<[what: string, call: () => ReturnType<ApiClient['get']>]>([
    ['a wallet', wallet('')],
    ['its balance now', wallet('/balance/real-time?expand=credits_available_breakdown')],
    ['its balance at an instant', () => client.get(`/v1/wallets/${walletId}/balance?at=${middle}`)],
    ['its balance before its first entry', wallet('/balance?at=2001-01-01T00:00:00Z')],
    ['its forecast', wallet('/forecast')],
    ['its lots', wallet('/lots?limit=2')],
    ['its open lots', wallet('/lots?status=open')],
    ['a page of its lots', wallet('/lots?limit=2&offset=2&order=asc')],
    ['its holds', wallet('/holds?limit=5')],
    ['its open holds', wallet('/holds?status=open&offset=2')],
    ['its statement', wallet('/statement?limit=10')],
    ['the statement of a month', () => client.get(`/v1/wallets/${walletId}/statement?from=${middle}&offset=500`)],
    ['its statement as CSV', wallet('/statement?format=csv')],
    ['its transactions', transactions('')],
    ['a deep page of them', transactions('offset=4000&order=asc')],
    ['them at an instant', () => client.get(`/v1/wallets/${walletId}/transactions?at=${middle}`)],
    ['those of a month', () => transactions(inMonth())()],
    ['the debits of a month', () => transactions(`type=debit&${inMonth()}`)()],
    ['its credits', transactions('type=credit')],
    ['its grants', transactions('transaction_reason=FREE_CREDIT_GRANT')],
    ['its forfeitures', transactions('transaction_reason=CREDIT_EXPIRED')],
    ['its pending credits', transactions('transaction_status=pending')],
    ['credits with something left', transactions('credits_available_gt=0')],
    ['credits of a priority', transactions('priority=1')],
    ['credits that expire', transactions('expiry_date_after=2020-01-01T00:00:00Z')],
    ['transactions with a reference', transactions('reference_type=REQUEST&reference_id=request-17')],
    ['a transaction', () => client.get(`/v1/transactions/${lotId}`)],
    ['all transactions', search({})],
    ['all transactions of a month', () => search({ start_time: middle })()],
    ['all credits', search({ type: 'credit' })],
    ['one transaction of all', () => search({ filters: [filter('id', { string: lotId })] })()],
    ['those of a key', () => search({ filters: [filter('idempotency_key', { string: `${walletId}17` })] })()],
    ['those with a word', search({ filters: [filter('description', { string: 'number 17' }, 'contains')] })],
    ['all with customers and wallets', search({ expand: 'customer,wallet' })],
    ['the overview', () => client.get('/v1/analytics/overview')],
    ['the overview of a long period', () => client.get(`/v1/analytics/overview?from=${middle.slice(0, 10)}`)],
    ['a wallet’s curve', () => client.get(`/v1/analytics/wallets/${walletId}?from=${middle}&points=500`)],
    ['what a lot was spent on', () => wallet(`/lots/${lotId}/consumers?limit=10`)()],
    ['a deep page of that', () => wallet(`/lots/${lotId}/consumers?limit=10&offset=500&order=asc`)()],
    ['anything by its id', () => client.get(`/v1/find?q=${walletId}`)],
    ['a top-up by its id', () => client.get('/v1/find?q=topup_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB')],
    ['a transaction by its id', () => client.get('/v1/find?q=wtxn_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB')],
    ['a hold by its id', () => client.get('/v1/find?q=hold_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB')],
    ['an invoice by its number', () => client.get('/v1/find?q=INV-000017')],
    ['wallets', () => client.get('/v1/wallets')],
    ['wallets by search', () => client.post('/v1/wallets/search', { expand: 'credits_available_breakdown' })],
    ['alerts', () => client.post('/v1/alerts/search', {})],
    ['alerts of a wallet', () => client.post('/v1/alerts/search', { entity_id: walletId })],
    ['alerts of a state', () => client.post('/v1/alerts/search', { alert_status: 'in_alarm' })],
    ['events', () => client.get('/v1/webhooks/events')],
    ['a deep page of events', () => client.get('/v1/webhooks/events?offset=100&order=asc')],
    ['events of a wallet', () => client.get(`/v1/webhooks/events?wallet_id=${walletId}`)],
    ['events of a type', () => client.get('/v1/webhooks/events?event_type=wallet.updated')],
    ['top-ups', wallet('/top-ups')],
    ['decisions', wallet('/top-up-decisions')],
    ['top-ups of all wallets', () => client.get('/v1/top-ups?limit=5')],
    ['those that failed', () => client.get('/v1/top-ups?status=failed&limit=5')],
    ['those of a customer', () => client.get(`/v1/top-ups?customer_id=${customerId}`)],
    ['those of a month', () => client.get(`/v1/top-ups?${inMonth()}`)],
    ['invoices', () => client.get('/v1/invoices')],
    ['a deep page of invoices', () => client.get('/v1/invoices?offset=800&limit=10&order=asc')],
    ['invoices of a customer', () => invoices({ customer_id: customerId, expand: 'customer' })],
    ['invoices by their ids', () => invoices({ invoice_ids: [`i${walletId}17`] })],
    ['unpaid invoices', () => invoices({ payment_status: ['PENDING'], amount_remaining_gt: 0 })],
    [
      'invoices by their total',
      () => invoices({ sort: [{ field: 'total' }], filters: [filter('total', { number: 1 })] }),
    ],
    ['what a customer owes', () => client.get(`/v1/customers/${customerId}/invoices/summary`)],
    ['payments', () => client.get('/v1/payments')],
    ['a deep page of payments', () => client.get('/v1/payments?offset=800&limit=10&order=asc')],
    ['payments of a month', () => client.get(`/v1/payments?${inMonth()}`)],
    ['refunded payments', () => client.get('/v1/payments?payment_status=REFUNDED')],
    ['payments by card', () => client.get('/v1/payments?payment_method_type=CARD&sort=amount')],
    ['payments of an invoice', () => client.get(`/v1/payments?destination_id=i${walletId}18`)],
    ['a payment by its reference', () => client.get(`/v1/payments?gateway_payment_id=r${walletId}18`)],
    ['payments by their ids', () => client.get(`/v1/payments?payment_ids=t${walletId}17,r${walletId}18`)],
    ['a payment by card', () => client.get(`/v1/payments/t${walletId}17`)],
    ['what went back of a top-up', () => client.get(`/v1/top-ups/t${walletId}17/returns`)],
    ['differences', () => client.get('/v1/reconciliation/differences')],
    ['open differences', () => client.get('/v1/reconciliation/differences?state=open&limit=5')],
    ['the audit log', () => client.get('/v1/audit-log')],
    ['a deep page of it', () => client.get(`/v1/audit-log?limit=10&cursor=x${walletId}401`)],
    ['those of an action', () => client.get('/v1/audit-log?action=setting.changed')],
    ['those of a key', () => client.get('/v1/audit-log?key_id=key3')],
    ['those of a user', () => client.get('/v1/audit-log?user_id=user3')],
    ['those of the operator', () => client.get('/v1/audit-log?actor_kind=operator')],
    ['those of a target', () => client.get('/v1/audit-log?target_id=target17')],
    ['the audit log of a month', () => client.get(`/v1/audit-log?${inMonth()}`)],
    ['what a customer spends', portal('/usage')],
    ['what a customer spent in a month', () => portal(`/usage?${inMonth()}`)()],
    [
      'the invoices of a customer who looks at them',
      () => client.post('/v1/customer/portal/invoices').set('X-Session-Token', portalToken),
    ],
    ['a payment that was reported', () => client.get(`/v1/payments/r${walletId}18`)],
  ])('%s: no growing table is read whole', async (_what, call) => {
    let status = 0;
    const statements = await recordSql(service.get(EntityManager), async () => {
      ({ status } = await call());
    });
    expect(status).toBe(200);
    expect(statements.length).toBeGreaterThan(0);
    expect(await plansOf(statements)).toEqual([]);
  });

  it('reads the first page of a long wallet in the order of its indexes, without sorting the wallet', async () => {
    const statements = await recordSql(service.get(EntityManager), () => transactions('')());
    const list = statements.find(({ text }) => /union all[^]*limit/.test(text)) as Statement;
    const page = nodesOf(await planOf(list)).find((node) => node['Subplan Name'] === 'CTE page');
    expect(page).toMatchObject({
      'Node Type': 'Limit',
      Plans: [
        {
          'Node Type': 'Merge Append',
          Plans: [{ 'Node Type': 'Index Scan' }, { 'Node Type': 'Index Scan' }],
        },
      ],
    });
  });

  it('reads credits by the index of what is rare: planned for its wallet, because no plan is good for every one', async () => {
    const statements = await recordSql(service.get(EntityManager), () => transactions('type=credit')());
    const list = statements.find(({ text }) => /union all[^]*limit/.test(text)) as Statement;
    expect(list.text).not.toContain('/* prepared */');
    const indexes = nodesOf(await planOf(list)).map((node) => node['Index Name']);
    expect(indexes).toContain('entry_rare_index');
    expect(indexes).not.toContain('entry_pkey');
  });

  it('reads the first page of payments in the order of its indexes, without sorting an environment’s', async () => {
    const statements = await recordSql(service.get(EntityManager), () => client.get('/v1/payments'));
    const list = statements.find(({ text }) => /union all[^]*limit 50/.test(text)) as Statement;
    const side = { Plans: [{ 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Index Scan' }] }] };
    expect(await planOf(list)).toMatchObject({ 'Node Type': 'Limit', Plans: [{ Plans: [side, side] }] });
  });

  it.each(['', 'action=setting.changed', 'key_id=key3', 'actor_kind=operator', 'cursor'])(
    'reads a page of the audit log (%s) in the order of an index, without sorting a tenant’s',
    async (query) => {
      const statements = await recordSql(service.get(EntityManager), () =>
        client.get(`/v1/audit-log?limit=10&${query === 'cursor' ? `cursor=x${walletId}401` : query}`),
      );
      const list = statements.find(({ text }) => /from "audit_log".*limit/.test(text)) as Statement;
      const plan = await planOf(list);
      expect(plan).toMatchObject({ 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Index Scan' }] });
    },
  );

  it('finds the payments of an invoice by the invoice, not among those of the environment', async () => {
    const statements = await recordSql(service.get(EntityManager), () =>
      client.get(`/v1/payments?destination_id=i${walletId}18`),
    );
    const list = statements.find(({ text }) => /union all[^]*limit 50/.test(text)) as Statement;
    const plan = JSON.stringify(await planOf(list));
    for (const index of ['top_up_invoice_index', 'invoice_payment_invoice_index']) expect(plan).toContain(index);
  });

  it('finds by index whose a payment is, what it is reconciled with, and what went back of it', async () => {
    const rows = service.get(ReconciliationRows);
    const period = { from: new Date(0), to: new Date() };
    const { scope } = client;
    const statements = await recordSql(service.get(EntityManager), async () => {
      await rows.ofPayments(scope, [{ paymentId: `p${walletId}17`, topUpId: `t${walletId}18` }]);
      await rows.topUp(scope, `t${walletId}17`);
      await rows.ofPeriod(scope, { provider: 'sandbox', runId: 'run', ...period }, undefined, 5);
      await withinScope(scope, () => rows.isListed('run', `p${walletId}17`));
      await rows.orphans(scope, period, undefined, 5);
      await service.get(TopUpQueue).claimByPayment(scope, `p${walletId}17`);
      const topUp = await service.get(RefundQueue).findTopUp(scope, { paymentId: `p${walletId}17` });
      await readPurchase(service.get(EntityManager).fork(), topUp as TopUp);
    });
    expect(statements.length).toBeGreaterThanOrEqual(8);
    expect(await plansOf(statements)).toEqual([]);
  });

  it('finds customers by a part of a name by index, where the server has pg_trgm', async () => {
    const { rows } = await database.query(`select from pg_available_extensions where name = 'pg_trgm'`);
    await database.query(
      `insert into customer (id, tenant_id, environment_id, external_id, name, timezone, metadata, status, created_at,
         updated_at, created_by, updated_by)
       select 'many' || n, $1, $2, md5(n::text), md5(n::text || 'x'), 'UTC', '{}', 'published', now(), now(), '', ''
       from generate_series(1, 20000) n`,
      [client.scope.tenantId, client.scope.environmentId],
    );
    // Policies come before whatever might tell of rows, unless a superuser says that it does not (docs/adr/0029).
    await database.query('alter function texticlike(text, text) leakproof');
    await database.query('vacuum analyze customer');
    const filter = { field: 'name', operator: 'contains', data_type: 'string', value: { string: 'acme' } };
    const statements = await recordSql(service.get(EntityManager), () =>
      client.post('/v1/customers/search', { filters: [filter] }),
    );
    const count = statements.find(({ text }) => /count\(.*"customer"/.test(text)) as Statement;
    const plan = JSON.stringify(await planOf(count));
    if (rows.length > 0) expect(plan).toContain('customer_text_index');
  });

  it('finds customers and keys by how they begin by index, and what to fold and to stream', async () => {
    const { tenantId, environmentId } = client.scope;
    await database.query(
      `insert into customer (id, tenant_id, environment_id, external_id, name, email, timezone, metadata, status, created_at,
         updated_at, created_by, updated_by)
       select 'begun' || n, $1, $2, 'begun' || md5(n::text), 'x', md5(n::text) || '@begun.test', 'UTC', '{}', 'published', now(),
         now(), '', '' from generate_series(1, 20000) n`,
      [tenantId, environmentId],
    );
    await database.query('vacuum analyze customer');
    const statements = await recordSql(service.get(EntityManager), async () => {
      await client.get('/v1/find?q=begun17').expect(200);
      const folds = service.get(FigureFolds);
      folds.note(Array.from({ length: 100 }, () => ({ ...client.scope, day: '2020-01-01' }) as never));
      await folds.foldNext();
      // As far as somebody has read who listens.
      const { rows: known } = await database.query<{ last: string }>(
        'select max(stream_order)::text as last from streamed_event',
      );
      await service.get(StreamedEvents).after(new Map([[environmentId, { order: Number(known[0]?.last), id: '' }]]));
    });
    const found = statements.find(({ text }) => text.includes('from customer')) as Statement;
    const plan = JSON.stringify(await planOf(found));
    for (const index of ['customer_external_id_beginning_index', 'customer_email_beginning_index']) {
      expect(plan).toContain(index);
    }
    expect(statements.filter(({ text }) => READS_GROWING.test(text)).length).toBeGreaterThanOrEqual(2);
    expect(await plansOf(statements)).toEqual([]);
  });

  it('finds where a deep page begins by the number of its entry', async () => {
    const statements = await recordSql(service.get(EntityManager), () => transactions('offset=4000')());
    const [list] = statements.filter(({ text }) => text.includes('place as'));
    const looks = nodesOf(await planOf(list as Statement)).map((node) => node['Index Cond'] ?? '');
    expect(looks).toContainEqual(expect.stringContaining('sequence = '));
    expect(looks).toContainEqual(expect.stringMatching(/created_at <= \$/));
  });

  it('looks for deliveries that are due, and for what to forget, by index', async () => {
    await client.post('/v1/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' }).expect(201);
    await database.query('analyze webhook_endpoint');
    const statements = await recordSql(service.get(EntityManager), async () => {
      await service.get(DeliveryQueue).claim(5, new Map());
      await client.post('/v1/webhooks/retry', { system_event_id: `x${walletId}17` }).expect(202);
      await service.get(DeliveryQueue).forget();
    });
    // What is deleted is found by now: by its ids, which are a good part of tables as small as these.
    const looks = statements.filter(({ text }) => READS_GROWING.test(text) && !text.startsWith('delete'));
    expect(looks.length).toBeGreaterThanOrEqual(4);
    expect(await plansOf(looks)).toEqual([]);
  });

  describe('of an environment of many wallets', () => {
    beforeAll(async () => {
      await database.query(fillWallets(walletId, 20_000, 10_000));
      await database.query('vacuum analyze wallet');
    });

    it.each(['order=desc', 'order=asc', 'customer_id='])(
      'reads the first page (%s) in the order of an index, without sorting them all',
      async (query) => {
        const { customer_id } = (await client.get(`/v1/wallets/${walletId}`)).body as { customer_id: string };
        const path = `/v1/wallets?${query}${query.endsWith('=') ? customer_id : ''}`;
        const [list] = await recordSql(service.get(EntityManager), () => client.get(path));
        const page = nodesOf(await planOf(list as Statement)).find((node) => node['Subplan Name'] === 'CTE page');
        expect(page).toMatchObject({ 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Index Scan' }] });
      },
    );

    it('knows how many there are without counting them', async () => {
      const [list] = await recordSql(service.get(EntityManager), () => client.get('/v1/wallets'));
      const scans = nodesOf(await planOf(list as Statement)).filter((node) => node['Relation Name'] === 'wallet');
      expect(scans.map((node) => node['Node Type'])).toEqual(['Index Scan']);
    });
  });

  describe('what the scheduled task looks for', () => {
    const DUE = ['top_up_guard', 'top_up', 'lot', 'hold', 'idempotency_key', 'refund'];
    beforeAll(async () => {
      // Three tenants with 4,000 of each that are due, and as much that is not.
      await database.query(fillDue(8000));
      await database.query('vacuum analyze');
    });

    function fillDue(count: number): string {
      const due = `now() + (n - ${count / 2}) * interval '1 minute' - interval '2 years'`;
      const rows = `from generate_series(1, 3) e, generate_series(1, ${count}) n`;
      const id = `'due' || e || '_' || n`;
      const ids = `${id}, 'due' || e, 'due' || e`;
      const shard = `shard_of(${id})`;
      return `
        insert into top_up_guard (shard, wallet_id, tenant_id, environment_id, max_per_hour, max_units, pause_reason,
          next_evaluation_at, updated_at)
        select ${shard}, ${ids}, 3, 20, '', case when n % 2 = 0 then ${due} end, now() ${rows};
        insert into top_up (shard, id, tenant_id, environment_id, customer_id, wallet_id, trigger, is_automatic, rule_version,
          top_up_status, units, credits, price_minor, currency, discounts, invoicing, description, attempt, lookups,
          next_attempt_at, last_error_code, last_error_message, request_hash, request_id, created_at, updated_at,
          recheck_at, created_by)
        select ${shard}, ${ids}, 'c', 'due' || e || '_' || n, 'manual', false, 0,
          case when n % 2 = 0 then 'created' else 'succeeded' end, 1, 1, 1, 'usd', '[]', true, '', 0, 0, ${due}, '', '',
          '', '', now(), now(), case when n % 5 = 0 then ${due} end, '' ${rows};
        insert into lot (shard, wallet_id, id, tenant_id, environment_id, customer_id, source, priority, granted, remaining,
          held, expires_at, renewal_id, is_open, created_at)
        select shard_of('w' || ${id}), 'w' || ${ids.replace(', ', ` , 'due' || e || '_' || n, `)}, 'c', 'free', null, 1, 1, 0, ${due}, null, true,
          now() ${rows};
        insert into hold (shard, wallet_id, id, tenant_id, environment_id, customer_id, credits, overage, captured,
          hold_status, expires_at, description, metadata, created_at, updated_at, created_by)
        select shard_of('w' || ${id}), 'w' || ${ids.replace(', ', ` , 'due' || e || '_' || n, `)}, 'c', 1, 0, 0, 'open', ${due}, '', '{}', now(),
          now(), '' ${rows};
        insert into refund (id, tenant_id, environment_id, customer_id, wallet_id, top_up_id, provider, payment_id, origin,
          refund_status, amount_minor, currency, on_spent, credits, debt_credits, forgiven_credits, bonus_credits, reason,
          failure_message, lookups, next_attempt_at, request_id, created_at, updated_at, created_by)
        select ${ids}, 'c', 'w', 'due' || e || '_' || n, 'sandbox', 'p', 'request',
          case when n % 2 = 0 then 'pending' else 'succeeded' end, 1, 'usd', 'debt', 0, 0, 0, 0, '', '', 0, ${due}, '',
          now(), now(), '' ${rows};
        insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
        select 'due' || e, 'due', 'due' || n, '', 'answer', 'null', ${due} ${rows}`;
    }

    const everywhere = () => 10;

    it.each<[what: string, look: () => Promise<unknown>]>([
      ['evaluations', () => service.get(TopUpQueue).claimEvaluations(500)],
      ['top-ups', () => service.get(TopUpQueue).claimDue(50, everywhere)],
      ['credits that have expired', () => service.get(LedgerSweeps).expireCredits()],
      ['holds that have ended', () => service.get(LedgerSweeps).expireHolds()],
      ['refunds', () => service.get(RefundQueue).claimDue(20)],
      ['keys to forget', () => service.get(LedgerSweeps).forgetAnswers()],
    ])('%s are found by index, and no backlog is read or sorted', async (_what, look) => {
      const statements = await recordSql(service.get(EntityManager), look);
      const looks = statements.filter(({ text }) => DUE.some((table) => new RegExp(`from ${table}\\b`).test(text)));
      expect(looks.length).toBeGreaterThan(0);
      for (const statement of looks) {
        const nodes = allNodes(await planOf(statement));
        const whole = nodes.filter((node) => /Seq Scan|Bitmap/.test(node['Node Type']));
        const limited = nodes.filter((node) => node['Node Type'] === 'Limit').flatMap(allNodes);
        expect(limited.map((node) => node['Node Type'])).not.toContain('Sort');
        const what = whole.map((node) => node['Relation Name']).filter((name) => name && DUE.includes(name));
        expect({ text: statement.text, what }).toEqual({ text: statement.text, what: [] });
      }
    });

    function allNodes(node: PlanNode | undefined): PlanNode[] {
      return node ? [node, ...(node.Plans ?? []).flatMap(allNodes)] : [];
    }
  });

  it('sees a table that is read whole', async () => {
    const em = service.get(EntityManager).fork();
    const statements = await recordSql(em, () =>
      em.execute(`select max(credits) from entry where description = ?`, ['x']),
    );
    expect(await plansOf(statements)).toEqual([expect.stringMatching(/^entry ← select max/)]);
  });

  function filter(field: string, value: object, operator = 'eq'): object {
    return { field, operator, value };
  }
});
