import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUpQueue } from '../src/top-ups/purchases/top-up-queue.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpPolicy } from '../src/top-ups/rules/top-up-policy.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the scheduled task', () => {
  let service: TestApp;
  let scene: TopUpScene;
  let isJobBroken = false;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 4000 } });
    scene = await TopUpScene.create(service);
    service.get(ScheduledTask).alsoRun(async () => {
      if (isJobBroken) throw new Error('a job that fails');
    });
    // Whoever stands in here can be entered no more; the sequence counts the tries, and no rollback takes them back.
    await sql(`
      create sequence tries;
      create table broken_wallet (id text primary key);
      create function refuse_broken() returns trigger language plpgsql security definer as $$ begin
        if exists (select 1 from broken_wallet where id = new.wallet_id) then
          perform nextval('tries');
          raise exception 'this wallet is broken';
        end if;
        return new;
      end $$;
      create trigger refuse_broken before insert on entry for each row execute function refuse_broken()`);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  const sql = <Row = unknown>(text: string, parameters: unknown[] = []) =>
    service.get(EntityManager).fork().execute<Row[]>(text, parameters);

  const run = () => service.get(ScheduledTask).run();

  async function breakWallet(walletId: string): Promise<void> {
    await sql('insert into broken_wallet values (?)', [walletId]);
  }

  async function repair(): Promise<void> {
    await sql('delete from broken_wallet');
  }

  async function tries(): Promise<number> {
    const [row] = await sql<{ count: string }>(
      `select case when is_called then last_value else 0 end as count from tries`,
    );
    return Number(row?.count);
  }

  async function walletExpiring(of: TopUpScene = scene): Promise<string> {
    const { walletId } = await of.newWallet('1');
    await of.ledger.credit(walletId, '9', { expiresAt: new Date(service.clock.now().getTime() + MINUTE_MS) });
    return walletId;
  }

  async function storedBalance(id: string): Promise<string> {
    return (await service.get(EntityManager).fork().findOneOrFail(Wallet, { id })).creditBalance.toFixed();
  }

  async function dueAt(walletId: string): Promise<Date | null | undefined> {
    return (await service.get(EntityManager).fork().findOneOrFail(TopUpGuard, { walletId })).nextEvaluationAt;
  }

  /** A wallet whose rule is looked at now, as at the end of a cool-off. */
  async function walletDue(of: TopUpScene = scene): Promise<string> {
    const { walletId } = await of.newWallet('20');
    await of.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await setDue(walletId);
    return walletId;
  }

  async function setDue(walletId: string): Promise<void> {
    const now = service.clock.now().toISOString();
    await sql('update top_up_guard set next_evaluation_at = ? where wallet_id = ?', [now, walletId]);
  }

  /** Intents that nobody is nudged for, as after a crash. */
  async function leaveBehind(of: TopUpScene, count: number, card?: string): Promise<void> {
    const policy = service.get(TopUpPolicy);
    const { onDue } = policy;
    policy.onDue = () => undefined;
    for (let index = 0; index < count; index += 1) {
      const { walletId } = await of.newWallet('5', card);
      await of.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    }
    policy.onDue = onDue;
  }

  const statuses = async ({ scope }: TopUpScene) =>
    (await service.get(EntityManager).fork().find(TopUp, scope)).map(({ topUpStatus }) => topUpStatus);

  it('goes on with the other wallets when one cannot be booked, which waits longer each time', async () => {
    const [broken, sound] = [await walletExpiring(), await walletExpiring()];
    await breakWallet(broken);
    service.clock.advance(MINUTE_MS);
    await run();
    expect([await storedBalance(broken), await storedBalance(sound)]).toEqual(['10', '1']);

    const isTried = async (afterMs: number): Promise<boolean> => {
      const before = await tries();
      service.clock.advance(afterMs);
      await run();
      return (await tries()) > before;
    };
    expect(await isTried(0)).toBe(false);
    expect(await isTried(MINUTE_MS)).toBe(true);
    expect(await isTried(MINUTE_MS)).toBe(false);
    expect(await isTried(MINUTE_MS)).toBe(true);
    expect(await isTried(3 * MINUTE_MS)).toBe(false);
    await repair();
    service.clock.advance(MINUTE_MS);
    await run();
    expect(await storedBalance(broken)).toBe('1');
  });

  it('does not come to the sound wallets later for 600 broken ones that are due before them', async () => {
    const broken = await Promise.all(Array.from({ length: 600 }, () => scene.ledger.open()));
    const expiresAt = new Date(service.clock.now().getTime() + MINUTE_MS);
    await Promise.all(broken.map((id) => scene.ledger.credit(id, '1', { expiresAt })));
    service.clock.advance(MINUTE_MS);
    const sound = await walletExpiring();
    for (const id of broken) await breakWallet(id);
    service.clock.advance(MINUTE_MS);
    await run();
    await run();
    expect(await storedBalance(sound)).toBe('1');
    await repair();
    service.clock.advance(DAY_MS);
    await run();
    expect(await storedBalance(broken[0] as string)).toBe('0');
  }, 60_000);

  it('runs every stage when one before it fails', async () => {
    const expiring = await walletExpiring();
    await leaveBehind(scene, 1);
    service.clock.advance(MINUTE_MS);
    isJobBroken = true;
    await sql('alter table hold rename to hold_away');
    await run();
    await sql('alter table hold_away rename to hold');
    isJobBroken = false;
    expect(await storedBalance(expiring)).toBe('1');
    await scene.settle();
    expect((await statuses(scene)).at(-1)).toBe('succeeded');
  });

  it('gives the claim of a wallet that failed back, to be due after 1, 2 and 4 minutes', async () => {
    const { walletId } = await scene.newWallet('20');
    await scene.setAutoTopUp(walletId, { threshold: '1', amount: '50' });
    await scene.ledger.credit(walletId, '9', { expiresAt: new Date(service.clock.now().getTime() + MINUTE_MS) });
    await breakWallet(walletId);
    service.clock.advance(MINUTE_MS);
    for (const minutes of [1, 2, 4]) {
      await setDue(walletId);
      await run();
      expect(await dueAt(walletId)).toEqual(new Date(service.clock.now().getTime() + minutes * MINUTE_MS));
      service.clock.advance(minutes * MINUTE_MS);
    }
    await repair();
    await run();
    expect([await dueAt(walletId), await storedBalance(walletId)]).toEqual([null, '20']);
  });

  it('gives the claim of a wallet back at once when the ledger is busy', async () => {
    const walletId = await walletDue();
    const { ledgerQueueLimit } = service.config;
    service.config.ledgerQueueLimit = 0;
    await run();
    service.config.ledgerQueueLimit = ledgerQueueLimit;
    expect(await dueAt(walletId)).toEqual(service.clock.now());
    await run();
    expect(await dueAt(walletId)).toBeNull();
  });

  it('takes environments in turn: a flood of 6,000 older evaluations delays nobody else’s', async () => {
    const other = await TopUpScene.create(service);
    const walletId = await walletDue(other);
    await sql(
      `insert into top_up_guard (shard, wallet_id, tenant_id, environment_id, max_per_hour, max_units, pause_reason,
         next_evaluation_at, updated_at)
       select shard_of('flood' || n), 'flood' || n, 'flood', 'flood', 3, 20, '', ?::timestamptz - interval '1 hour', now() from generate_series(1, 6000) n`,
      [service.clock.now().toISOString()],
    );
    const { wallets } = await service.get(TopUpQueue).claimEvaluations(500);
    expect(wallets.filter(({ scope }) => scope.environmentId === 'flood')).toHaveLength(250);
    expect(wallets.map((wallet) => wallet.walletId)).toContain(walletId);
    await sql(`delete from top_up_guard where environment_id = 'flood'`);
  });

  it('takes environments in turn: 600 accounts of one tenant do not delay another’s expiry', async () => {
    const other = await TopUpScene.create(service);
    const flood = await Promise.all(Array.from({ length: 600 }, () => scene.ledger.open()));
    const expiresAt = new Date(service.clock.now().getTime() + MINUTE_MS);
    await Promise.all(flood.map((id) => scene.ledger.credit(id, '1', { expiresAt })));
    service.clock.advance(2 * MINUTE_MS);
    const walletId = await walletExpiring(other);
    service.clock.advance(MINUTE_MS);
    await service.get(LedgerSweeps).expireCredits();
    expect(await storedBalance(walletId)).toBe('1');
    await run();
    expect(await storedBalance(flood.at(-1) as string)).toBe('0');
  }, 60_000);

  it('is not held by calls of a provider, and leaves other tenants their places', async () => {
    const [hanging, quick] = [await TopUpScene.create(service), await TopUpScene.create(service)];
    await leaveBehind(hanging, 25, 'pm_sandbox_hang_before');
    await leaveBehind(quick, 1);
    await run();
    for (let waits = 0; waits < 100 && !(await statuses(quick)).includes('succeeded'); waits += 1) await run();
    // None of the calls has ended yet: the round did not wait for them.
    const underWay = await statuses(hanging);
    expect(underWay.filter((status) => status === 'created')).toHaveLength(5);
    expect(await statuses(quick)).toEqual(['succeeded']);
    // Places that become free are taken without another round.
    await service.get(TopUpEngine).idle();
    expect((await statuses(hanging)).filter((status) => status !== 'unknown')).toEqual([]);
  }, 60_000);

  it('forgets old keys piece by piece, and keeps those of the last 7 days', async () => {
    const old = new Date(service.clock.now().getTime() - 8 * DAY_MS).toISOString();
    await sql(
      `insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
       select 'flood', 'flood', 'old-' || n, '', 'answer', 'null', ?::timestamptz + n * interval '1 second'
       from generate_series(1, 2500) n`,
      [old],
    );
    await walletExpiring();
    const sweeps = service.get(LedgerSweeps);
    const pieces: number[] = [];
    while (pieces.at(-1) !== 0 && pieces.length < 10) pieces.push(await sweeps.forgetAnswers());
    expect(pieces).toEqual([500, 500, 500, 500, 500, 0]);
    expect(await sql(`select 1 from idempotency_key where environment_id = 'flood'`)).toHaveLength(0);
    expect(
      (await sql(`select 1 from idempotency_key where tenant_id = ?`, [scene.scope.tenantId])).length,
    ).toBeGreaterThan(0);
  });
});
