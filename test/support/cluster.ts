import pg from 'pg';

/** Where TEST_DATABASE_URL is the coordinator of a Citus cluster, the workers are of the same login. */
export async function findNodes(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: catalog } = await client.query<{ name: string | null }>(`select to_regclass('pg_dist_node') as name`);
    if (!catalog[0]?.name) return [url];
    const { rows } = await client.query<{ nodename: string; nodeport: number }>(
      `select nodename, nodeport from pg_dist_node where isactive and groupid > 0 order by nodeid`,
    );
    return [url, ...rows.map(({ nodename, nodeport }) => at(url, `${nodename}:${nodeport}`))];
  } finally {
    await client.end();
  }
}

/** The coordinator and its workers; one that stands alone otherwise. */
export function clusterNodes(): string[] {
  return (process.env['REFILL_TEST_NODES'] as string).split(' ');
}

/** Whether the databases of this run are distributed ones. */
export function isCluster(): boolean {
  return clusterNodes().length > 1;
}

/** Makes databases of one name on all nodes a cluster. */
export async function joinNodes(database: string, nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await onNode(inDatabase(node, database), ['create extension citus']);
  const [coordinator = '', ...workers] = nodes;
  const { hostname, port } = new URL(coordinator);
  await onNode(inDatabase(coordinator, database), [
    `select citus_set_coordinator_host('${hostname}', ${port})`,
    ...workers.map((worker) => `select citus_add_node('${new URL(worker).hostname}', ${new URL(worker).port})`),
    `select citus_set_node_property('${hostname}', ${port}, 'shouldhaveshards', false)`,
  ]);
}

/**
 * A distributed database is cloned as its parts are, since nodes know each other by address and reach the database of their
 * own name. Citus's own process in each has to be kept out meanwhile.
 */
export async function cloneOnNodes(name: string, template: string): Promise<void> {
  const [coordinator = '', ...workers] = clusterNodes();
  const clone = [
    `alter database ${template} with allow_connections false`,
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${template}'`,
    `create database ${name} template ${template} strategy file_copy`,
  ];
  const lock = new pg.Client(coordinator);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock(7346552)');
    await Promise.all([coordinator, ...workers].map((node) => onNode(node, clone)));
  } finally {
    await lock.end();
  }
}

export async function onNode(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function at(url: string, host: string): string {
  const other = new URL(url);
  other.host = host;
  return other.toString();
}

function inDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}
