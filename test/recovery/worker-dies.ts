import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findNodes, isCluster } from '../support/cluster.js';
import { compileService } from '../support/compile-service.js';
import { createTestDatabase, dropTemplate, migrateTemplate } from '../support/database.js';
import { judgeWrites } from './judge-writes.js';
import { RecoveryScene } from './scene.js';

/**
 * Once, by hand: a worker of a Citus cluster on this machine is killed (`kill -9`) under load and comes back. What was
 * acknowledged has to be there once, and what is refused meanwhile is told to come back.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** The data folder of the worker that dies, and how it is started again. */
    data: { type: 'string', default: '/home/refill/citus/w1' },
    start: {
      type: 'string',
      default: 'su refill -s /bin/bash -c "/usr/lib/postgresql/15/bin/pg_ctl -D ~/citus/w1 -l ~/citus/w1.log -w start"',
    },
    'load-ms': { type: 'string', default: '5000' },
    'away-ms': { type: 'string', default: '4000' },
  },
});
const [coordinator = ''] = positionals;
process.env['REFILL_TEST_SERVER_URL'] = coordinator;
process.env['REFILL_TEST_NODES'] = (await findNodes(coordinator)).join(' ');
process.env['REFILL_TEST_TEMPLATE'] = `refill_template_${process.pid}`;
if (!isCluster()) throw new Error('this is no coordinator with workers');
const [service] = await Promise.all([compileService(), migrateTemplate()]);
process.env['REFILL_TEST_SERVICE'] = service;
try {
  process.exitCode = await killWorker();
} finally {
  rmSync(service, { recursive: true, force: true });
  await dropTemplate();
}
process.exit();

/** @returns the exit code: 1 where something was lost, doubled or broken */
async function killWorker(): Promise<number> {
  const database = await createTestDatabase();
  const scene = await RecoveryScene.create(database.url, 24);
  try {
    const { load } = scene;
    load.start();
    await delay(Number(values['load-ms']));
    const before = load.acknowledged.length;
    killServer(values.data);
    await delay(Number(values['away-ms']));
    const away = load.acknowledged.length - before;
    execFileSync('sh', ['-c', values.start], { stdio: 'ignore' });
    const backAt = Date.now();
    const firstAt = await load.firstWriteAfter(backAt);
    await delay(Number(values['load-ms']));
    const after = load.acknowledged.length - before - away;
    await load.pause();
    const judgement = await judgeWrites(database.url, load);
    const answers = load.heard.map(({ status }) => status);
    console.table({
      acknowledgedBefore: before,
      acknowledgedWhileAway: away,
      acknowledgedAfter: after,
      backToFirstWriteMs: firstAt - backAt,
      sentAgain: load.writes.filter(({ repeats }) => repeats > 0).length,
      answersOf503: answers.filter((status) => status === 503).length,
      answersOf503WithoutRetryAfter: load.heard.filter(({ status, retryAfter }) => status === 503 && !retryAfter)
        .length,
      answersOf5xxBeside: answers.filter((status) => status >= 500 && status !== 503).length,
      ...Object.fromEntries(Object.entries(judgement).map(([name, cases]) => [name, (cases as string[]).length])),
    });
    for (const [name, cases] of Object.entries(judgement) as [string, string[]][]) {
      if (cases.length > 0) console.log(`${name}: ${cases.slice(0, 5).join(', ')}`);
    }
    return Object.values(judgement).every((cases: string[]) => cases.length === 0) ? 0 : 1;
  } finally {
    await scene.close();
    await database.drop();
  }
}

/** All processes of a server at once, as a machine that loses its power; its postmaster first, which would start others. */
function killServer(data: string): void {
  const [postmaster = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(postmaster), 'SIGKILL');
}
