import pg from 'pg';
import { fillWallets } from '../test/support/fill-tables.js';
import type { LoadRequest, Speed } from './load.js';
import type { BenchService } from './processes.js';
import type { CaseName } from './report.js';
import { openWallets } from './seed.js';

const FEW = 10;
const MANY = 100_000;
/** Of the many, those of one customer. */
const OF_CUSTOMER = 50_000;
const CONNECTIONS = 64;

type ListName = Extract<CaseName, 'wallets_few' | 'wallets_many' | 'customer_few' | 'customer_many'>;

/** What a run has that does not ask for these. */
export const NO_WALLET_LISTS: Record<ListName, Speed | null> = {
  wallets_few: null,
  wallets_many: null,
  customer_few: null,
  customer_many: null,
};

interface Options {
  databaseUrl: string;
  startService: () => Promise<BenchService>;
  load: (
    name: CaseName,
    next: () => LoadRequest,
    clients: number,
    answerer: BenchService,
    apiKey: string,
  ) => Promise<Speed | null>;
}

/** Lists of wallets of a tenant who has few of them, against those of one who has many. */
export async function measureWalletLists({
  databaseUrl,
  startService,
  load,
}: Options): Promise<typeof NO_WALLET_LISTS> {
  const service = await startService();
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const few = await newTenant(FEW, FEW);
  const many = await newTenant(MANY, OF_CUSTOMER);
  await client.query('vacuum analyze wallet');
  await client.end();
  const list = (name: ListName, { apiKey, customerId }: typeof few, path: string) =>
    load(name, () => ({ method: 'GET', path: path.replace('{id}', customerId) }), CONNECTIONS, service, apiKey);
  const speeds = {
    wallets_few: await list('wallets_few', few, '/v1/wallets?limit=10'),
    wallets_many: await list('wallets_many', many, '/v1/wallets?limit=10'),
    customer_few: await list('customer_few', few, '/v1/wallets?limit=10&customer_id={id}'),
    customer_many: await list('customer_many', many, '/v1/wallets?limit=10&customer_id={id}'),
  };
  await service.stop();
  return speeds;

  /** Wallets of a tenant of its own: one that is opened for it, and copies. */
  async function newTenant(count: number, ofCustomer: number): Promise<{ apiKey: string; customerId: string }> {
    const apiKey = await service.newTenant();
    const [walletId] = await openWallets(service.url, apiKey, 1, 1);
    const { rows } = await client.query<{ customer_id: string }>('select customer_id from wallet where id = $1', [
      walletId,
    ]);
    await client.query(fillWallets(walletId as string, count - 1, ofCustomer - 1));
    return { apiKey, customerId: (rows[0] as { customer_id: string }).customer_id };
  }
}
