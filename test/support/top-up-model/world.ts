import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { SandboxProvider } from '../../../src/payments/sandbox-provider.js';
import { TopUpEngine } from '../../../src/top-ups/purchases/top-up-engine.js';
import { ScheduledTask } from '../../../src/top-ups/schedule/scheduled-task.js';
import { startTestApp, type TestApp } from '../app.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { FrozenClock } from '../frozen-clock.js';
import { Books } from './books.js';

const START = '2026-03-02T10:00:00.000Z';
/** How long a deaf card is listened to. Long enough for a busy machine, or answers would be lost at random. */
const PAYMENT_TIMEOUT_MS = 150;

/** A top-up as its row says. */
export interface TopUpFacts {
  id: string;
  walletId: string;
  trigger: 'threshold' | 'insufficient' | 'expiration' | 'manual';
  isAutomatic: boolean;
  status: string;
  units: number;
  credits: string;
  priceMinor: number;
  currency: string;
  invoicing: boolean;
  packId: string | null;
  paymentId: string | null;
  invoiceId: string | null;
  errorCode: string;
  createdAt: Date;
  /** When the holder of the card was first asked; of creation where nobody was. */
  askedAt: Date;
}

export interface WalletFacts {
  id: string;
  currency: string;
  status: string;
  /** Credits that can be spent: of lots that have not expired, less what is held and owed. */
  available: number;
  /** Some lot is past its date and still there: it waits for something. */
  hasDeferred: boolean;
}

/** Purchased credits that were booked off at their date. */
export interface Forfeiture {
  entryId: string;
  walletId: string;
  credits: string;
  expiredAt: Date;
}

export interface Facts {
  topUps: Map<string, TopUpFacts>;
  wallets: Map<string, WalletFacts>;
  forfeitures: Forfeiture[];
  /** The account's rules that are on, by wallet. */
  accountRules: { walletId: string; trigger: string }[];
  /** Why the automatic top-ups of a wallet are paused, where they are. */
  pauses: Map<string, string>;
}

/** Two instances of the service on one database and one provider, a clock that both go by, and the provider's books. */
export class World {
  #lastTaskAt = new Date(START);

  private constructor(
    readonly apps: readonly [TestApp, TestApp],
    readonly clock: FrozenClock,
    readonly books: Books,
    /** The provider as a customer's browser reaches it. */
    readonly provider: SandboxProvider,
    private readonly database: TestDatabase,
    private readonly dataDir: string,
  ) {}

  static async create(): Promise<World> {
    const database = await createTestDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), 'refill-model-'));
    const clock = new FrozenClock(START);
    const shared = { ...database, drop: async () => undefined };
    const options = { database: shared, dataDir, clock, config: { paymentTimeoutMs: PAYMENT_TIMEOUT_MS } };
    const apps = [await startTestApp(options), await startTestApp(options)] as const;
    const provider = new SandboxProvider(join(dataDir, 'sandbox-provider'), clock);
    return new World(apps, clock, new Books(dataDir), provider, database, dataDir);
  }

  /** Whether time has passed since the scheduled task ran last. */
  get isStale(): boolean {
    return this.#lastTaskAt.getTime() !== this.clock.now().getTime();
  }

  app(process: number): TestApp {
    return this.apps[process % 2 === 0 ? 0 : 1];
  }

  get em(): EntityManager {
    return this.apps[0].get(EntityManager).fork();
  }

  /** Everything gone and the clock at its start: walks do not see one another. */
  async reset(): Promise<void> {
    await this.idle();
    const tables = await this.em.execute<{ name: string }[]>(
      `select quote_ident(table_name) as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like '%migration%' and table_name <> 'shard'`,
    );
    await this.em.execute(`truncate ${tables.map(({ name }) => name).join(', ')} cascade`);
    this.books.clear();
    this.clock.set(START);
  }

  /** Waits until nothing that either instance has started is under way. */
  async idle(): Promise<void> {
    for (const app of this.apps) await app.get(TopUpEngine).idle();
  }

  /** One round of the scheduled task: the one that a new card has started, or one of its own. */
  async runTask(process: number): Promise<void> {
    await this.app(process).get(ScheduledTask).tick();
    await this.idle();
    this.#lastTaskAt = this.clock.now();
  }

  /** What is in the tables now. */
  async read(): Promise<Facts> {
    const { em } = this;
    const [topUps, wallets, forfeitures, accountRules, pauses] = await Promise.all([
      em.execute<Row[]>(`select * from top_up order by created_at, id`),
      this.em.execute<Row[]>(
        `select w.id, w.currency, w.wallet_status as status,
           coalesce(sum(l.remaining - l.held) filter (where l.expires_at is null or l.expires_at > ?), 0) - w.debt
             as available,
           coalesce(bool_or(l.remaining > l.held and l.expires_at <= ?), false) as has_deferred
         from wallet w left join lot l on l.shard = w.shard and l.wallet_id = w.id and l.is_open group by w.shard, w.id order by w.created_at, w.id`,
        [this.clock.now().toISOString(), this.clock.now().toISOString()],
      ),
      this.em.execute<Row[]>(
        `select e.id, e.wallet_id, sum(k.credits) as credits, min(e.created_at) as created_at,
           min(e.metadata ->> 'expiry_date') as expired_at
         from entry e join entry_lot k on k.shard = e.shard and k.wallet_id = e.wallet_id and k.entry_id = e.id
         join lot l on l.shard = k.shard and l.wallet_id = k.wallet_id and l.id = k.lot_id
         where e.counter_account = 'expiry' and l.source = 'purchased' and k.credits < 0 group by e.id, e.wallet_id`,
      ),
      this.em.execute<Row[]>(
        `select wallet_id, trigger from top_up_rule where enabled and trigger in ('insufficient', 'expiration')`,
      ),
      this.em.execute<Row[]>(`select wallet_id, pause_reason from top_up_guard where paused_at is not null`),
    ]);
    return {
      topUps: new Map(topUps.map((row) => [text(row['id']), topUpOf(row)])),
      wallets: new Map(wallets.map((row) => [text(row['id']), walletOf(row)])),
      forfeitures: forfeitures.map((row) => ({
        entryId: text(row['id']),
        walletId: text(row['wallet_id']),
        credits: text(row['credits']),
        expiredAt: new Date(text(row['expired_at'] ?? row['created_at'])),
      })),
      accountRules: accountRules.map((row) => ({ walletId: text(row['wallet_id']), trigger: text(row['trigger']) })),
      pauses: new Map(pauses.map((row) => [text(row['wallet_id']), text(row['pause_reason'])])),
    };
  }

  /** Instants at which time alone may change something: dates of purchased credits; and when open top-ups are taken up again or free credits end. */
  async dueInstants(): Promise<{ dates: Date[]; others: Date[] }> {
    const dates = await this.em.execute<{ at: string }[]>(
      `select distinct expires_at as at from lot
       where is_open and expires_at is not null and source = 'purchased'`,
    );
    const others = await this.em.execute<{ at: string }[]>(
      `select next_attempt_at as at from top_up
       where top_up_status not in ('succeeded', 'failed', 'canceled', 'refunded', 'awaiting_payment', 'overdue')
       union select expires_at from lot where is_open and expires_at is not null and source <> 'purchased'`,
    );
    return { dates: dates.map(({ at }) => new Date(at)), others: others.map(({ at }) => new Date(at)) };
  }

  async close(): Promise<void> {
    for (const app of this.apps) await app.close();
    await this.database.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

type Row = Record<string, unknown>;

function text(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function textOrNull(value: unknown): string | null {
  return value == null ? null : text(value);
}

function topUpOf(row: Row): TopUpFacts {
  return {
    id: text(row['id']),
    walletId: text(row['wallet_id']),
    trigger: row['trigger'] as TopUpFacts['trigger'],
    isAutomatic: row['is_automatic'] === true,
    status: text(row['top_up_status']),
    units: Number(row['units']),
    credits: text(row['credits']),
    priceMinor: Number(row['price_minor']),
    currency: text(row['currency']),
    invoicing: row['invoicing'] === true,
    packId: textOrNull(row['pack_id']),
    paymentId: textOrNull(row['payment_id']),
    invoiceId: textOrNull(row['invoice_id']),
    errorCode: text(row['last_error_code']),
    createdAt: new Date(text(row['created_at'])),
    askedAt: new Date(text(row['action_requested_at'] ?? row['created_at'])),
  };
}

function walletOf(row: Row): WalletFacts {
  return {
    id: text(row['id']),
    currency: text(row['currency']),
    status: text(row['status']),
    available: Number(text(row['available'])),
    hasDeferred: row['has_deferred'] === true,
  };
}
