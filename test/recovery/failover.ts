import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compileService } from '../support/compile-service.js';
import { type PostgresServer, startPostgres } from '../support/postgres-server.js';
import { type Judgement, judgeWrites } from './judge-writes.js';
import { RecoveryScene, rowsOf } from './scene.js';
import { Wire } from './wire.js';

/**
 * Once, by hand: the primary dies under load and its standby takes over. Between the two there is a wire that is cut a
 * moment before, as when a whole room loses its power piece by piece: what a standby does not wait for is lost then.
 */
const { values } = parseArgs({
  options: {
    /** The primary acknowledges without the standby: this has to lose something, or the counting is not awake. */
    asynchronous: { type: 'boolean', default: false },
    'load-ms': { type: 'string', default: '5000' },
    'cut-ms': { type: 'string', default: '1000' },
  },
});
const WALLETS = 24;
const STANDBY = 'standby';

const service = await compileService();
process.env['REFILL_TEST_SERVICE'] = service;
try {
  process.exitCode = await failOver();
} finally {
  rmSync(service, { recursive: true, force: true });
}
process.exit();

async function failOver(): Promise<number> {
  const primary = await startPostgres();
  await rowsOf(primary.url, 'create database refill');
  const between = await Wire.lay(portOf(primary));
  const standby = await startPostgres([], { url: through(between, primary.url), name: STANDBY });
  if (!values.asynchronous) await waitForStandby(primary);
  const before = await Wire.lay(portOf(primary));
  const scene = await RecoveryScene.create(through(before, databaseOf(primary)), WALLETS);
  try {
    return await underLoad(scene, { primary, standby, between, before });
  } finally {
    await scene.close();
    [between, before].forEach((wire) => wire.close());
    [primary, standby].forEach((server) => server.stop());
  }
}

interface Room {
  primary: PostgresServer;
  standby: PostgresServer;
  /** From the standby to the primary. */
  between: Wire;
  /** From the service to whichever is in charge. */
  before: Wire;
}

/** @returns the exit code: 1 where something was lost, doubled or broken */
async function underLoad(scene: RecoveryScene, { primary, standby, between, before }: Room): Promise<number> {
  const { load } = scene;
  load.start();
  await delay(Number(values['load-ms']));
  const atCut = load.acknowledged.length;
  between.cut();
  await delay(Number(values['cut-ms']));
  const whileCut = load.acknowledged.length - atCut;
  const diedAt = Date.now();
  before.cut();
  await primary.crash();
  await standby.promote();
  before.leadTo(portOf(standby));
  const promotedAt = Date.now();
  const firstAt = await load.firstWriteAfter(promotedAt);
  await delay(2000);
  await load.pause();
  const judgement = await judgeWrites(databaseOf(standby), load);
  tell(scene, judgement, {
    synchronous: !values.asynchronous,
    acknowledgedWhileCut: whileCut,
    diedToPromotedMs: promotedAt - diedAt,
    promotedToFirstWriteMs: firstAt - promotedAt,
  });
  return Object.values(judgement).every((cases: string[]) => cases.length === 0) ? 0 : 1;
}

function tell(scene: RecoveryScene, judgement: Judgement, figures: Record<string, unknown>): void {
  const { acknowledged, heard, writes } = scene.load;
  console.table({
    ...figures,
    acknowledged: acknowledged.length,
    sentAgain: writes.filter(({ repeats }) => repeats > 0).length,
    answersOf503: heard.filter(({ status }) => status === 503).length,
    answersOf5xxBeside: heard.filter(({ status }) => status >= 500 && status !== 503).length,
    ...Object.fromEntries(Object.entries(judgement).map(([name, cases]) => [name, (cases as string[]).length])),
  });
  for (const [name, cases] of Object.entries(judgement) as [string, string[]][]) {
    if (cases.length > 0) console.log(`${name}: ${cases.slice(0, 5).join(', ')}`);
  }
}

/** From here on a commit is acknowledged when the standby has it on its disk, too. */
async function waitForStandby(primary: PostgresServer): Promise<void> {
  await rowsOf(primary.url, `alter system set synchronous_standby_names = '${STANDBY}'`);
  await rowsOf(primary.url, 'select pg_reload_conf()');
  for (let tries = 0; tries < 100; tries += 1) {
    const [row] = await rowsOf<{ state: string }>(primary.url, 'select sync_state as state from pg_stat_replication');
    if (row?.state === 'sync') return;
    await delay(100);
  }
  throw new Error('the standby did not become synchronous');
}

function portOf({ url }: PostgresServer): number {
  return Number(new URL(url).port);
}

function databaseOf({ url }: PostgresServer): string {
  return url.replace(/\/postgres$/, '/refill');
}

function through(wire: Wire, url: string): string {
  const led = new URL(url);
  led.port = String(wire.port);
  return led.toString();
}
