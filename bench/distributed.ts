import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { findNodes } from '../test/support/cluster.js';
import { measureLoad } from './load.js';
import { BenchService } from './processes.js';
import { findProcessorTime } from './processor-time.js';
import { openWallets } from './seed.js';

/**
 * Debits a second of one process on a database that is there: `tsx bench/distributed.ts postgresql://...`, distributed or
 * not, migrated or empty. Of a cluster on this machine the processor time of each server is told apart.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '64' },
    wallets: { type: 'string', default: '1000' },
    'pool-size': { type: 'string', default: '16' },
  },
});
const [databaseUrl = ''] = positionals;
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const dataDir = mkdtempSync(join(tmpdir(), 'refill-bench-'));
const service = await BenchService.start({
  DATABASE_URL: databaseUrl,
  DATA_DIR: dataDir,
  DATABASE_POOL_SIZE: values['pool-size'],
});
try {
  const apiKey = await service.newTenant();
  const walletIds = await openWallets(service.url, apiKey, Number(values.wallets), Math.min(connections, 16));
  const nodes = await findNodes(databaseUrl);
  const statistics = new pg.Client(databaseUrl);
  await statistics.connect();
  await statistics.query('vacuum analyze');
  const since = new Date();
  const times = await Promise.all(nodes.map((node) => findProcessorTime(node)));
  const used: number[][] = [];
  let requests = 0;
  const speed = await measureLoad(
    () => ({
      method: 'POST',
      path: `/v1/wallets/${walletIds[Math.floor(Math.random() * walletIds.length)] as string}/debit`,
      body: { credits: '1', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `bench-${(requests += 1)}` },
    }),
    {
      url: service.url,
      apiKey,
      connections,
      warmUpSeconds: 3,
      seconds,
      readCost: async () => {
        used.push(times.map((time) => time?.() ?? 0));
        return { node: await service.processorTime(), postgres: undefined };
      },
    },
  );
  const [before = [], after = []] = used;
  // A group's debits are of one instant; of two pieces in the same millisecond they are taken for one group.
  const { rows: groups } = await statistics.query<{ size: number }>(
    `select round(count(*)::numeric / greatest(count(distinct created_at), 1), 1)::float8 as size
     from entry where type = 'debit' and created_at >= $1`,
    [since],
  );
  await statistics.end();
  const debits = speed.perSecond * seconds;
  const perNode = after.map((us, node) => Math.round((us - (before[node] ?? 0)) / debits));
  const rounded = { perSecond: Math.round(speed.perSecond), p50Ms: Math.round(speed.p50Ms), groupOf: groups[0]?.size };
  process.stdout.write(
    `${JSON.stringify({ ...rounded, nodeUs: Math.round(speed.cost?.node ?? 0), postgresUs: perNode })}\n`,
  );
} finally {
  await service.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
