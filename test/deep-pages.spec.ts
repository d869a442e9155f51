import fc from 'fast-check';
import pg from 'pg';
import { withinScope } from '../src/shared/sight.js';
import { TransactionReader } from '../src/wallets/transaction-reader.js';
import type { TransactionSearch } from '../src/wallets/transactions.dto.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { fillStatements } from './support/fill-wallet.js';
import { TestLedger } from './support/ledger.js';

const RUNS = Number(process.env['DEEP_PAGE_RUNS'] ?? 200);
const ENTRIES = 2500;
/** So few that hundreds of entries are of the same millisecond. */
const MILLISECONDS = 12;

describe('a page far down a wallet’s list', () => {
  let service: TestApp;
  let database: pg.Client;
  beforeAll(async () => {
    service = await startTestApp();
    database = new pg.Client(service.database.url);
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await service.close();
  });

  it('is what walking down to it comes to', async () => {
    const { scope } = await newTenantClient(service);
    const ledger = new TestLedger(service, scope);
    const [walletId, empty] = [await ledger.open(), await ledger.open()];
    const from = service.clock.now();
    const instant = (milliseconds: number) => new Date(from.getTime() + milliseconds);
    for (const sql of fillStatements({ walletId, entries: ENTRIES, from, to: instant(MILLISECONDS) })) {
      await database.query(sql);
    }
    for (const [id, count] of [
      [walletId, 60],
      [empty, 800],
    ] as const) {
      await database.query(
        `insert into pending_credit (shard, wallet_id, id, tenant_id, environment_id, customer_id, credits, bonus_credits,
           balance, reason, pending_status, reference_id, description, metadata, idempotency_key, top_up_id, created_at,
           updated_at, created_by)
         select w.shard, w.id, w.id || 'p' || n, w.tenant_id, w.environment_id, w.customer_id, 1, 0, 0,
           'PURCHASED_CREDIT_INVOICED', case n % 3 when 0 then 'pending' when 1 then 'failed' else 'completed' end, '', '',
           '{}', '', w.id || n, $2::timestamptz + (n % ${MILLISECONDS}) * interval '1 ms',
           $2::timestamptz + (n % ${MILLISECONDS} + n % 4) * interval '1 ms', ''
         from wallet w, generate_series(1, $3::int) n where w.id = $1`,
        [id, from, count],
      );
    }
    service.clock.advance(60_000);
    const reader = service.get(TransactionReader);
    const when = fc.option(fc.integer({ min: -1, max: MILLISECONDS + 1 }).map(instant), { freq: 2, nil: undefined });
    const searches = fc.record({
      id: fc.oneof({ weight: 9, arbitrary: fc.constant(walletId) }, fc.constant(empty)),
      limit: fc.integer({ min: 1, max: 20 }),
      offset: fc.integer({ min: 500, max: ENTRIES + 100 }),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      type: fc.constantFrom(undefined, 'debit' as const),
      start_time: when,
      end_time: when,
      at: when,
    });
    const isRead = ({
      start_time: start,
      end_time: end,
    }: {
      start_time?: Date | undefined;
      end_time?: Date | undefined;
    }) => !start || !end || start <= end;
    await fc.assert(
      fc.asyncProperty(searches.filter(isRead), async (search) => {
        // What is sorted is walked: by what it is in the order of, anyhow.
        const sort = [{ field: 'created_at', direction: search.order }];
        const [sought, walked] = await withinScope(scope, () =>
          Promise.all([reader.list(scope, search as TransactionSearch), reader.list(scope, { ...search, sort })]),
        );
        expect(sought).toEqual(walked);
      }),
      { numRuns: RUNS },
    );
  });
});
