import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generateApiKey } from '../../src/auth/api-key-format.js';
import { ServiceProcess } from '../support/service-process.js';
import { Load } from './load.js';

/** More than a run can spend; below the threshold most of the time, so that all buy, all the time. */
const CREDITS = '100000';
const RULE = {
  auto_topup: {
    enabled: true,
    threshold: CREDITS,
    amount: '1',
    invoicing: false,
    cooldown: { value: 1, unit: 'second' },
  },
  top_up_limits: { max_per_hour: 10_000 },
};

/** The service on a server of its own, with wallets that top themselves up, and customers who spend. */
export class RecoveryScene {
  readonly #folder = mkdtempSync(join(tmpdir(), 'refill-recovery-'));
  #service: ServiceProcess | undefined;
  #load: Load | undefined;

  /** @param databaseUrl of a database that is there, and empty */
  static async create(databaseUrl: string, wallets: number, settings: Record<string, string> = {}) {
    const scene = new RecoveryScene();
    try {
      await scene.#start(databaseUrl, wallets, settings);
    } catch (error) {
      await scene.close();
      throw error;
    }
    return scene;
  }

  get dataDir(): string {
    return this.#folder;
  }

  get load(): Load {
    return this.#load as Load;
  }

  get service(): ServiceProcess {
    return this.#service as ServiceProcess;
  }

  async close(): Promise<void> {
    await this.#service?.end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(databaseUrl: string, wallets: number, settings: Record<string, string>): Promise<void> {
    const bootstrapKey = generateApiKey('private_key');
    const environment = { DATA_DIR: this.#folder, SWEEP_INTERVAL_MS: '500', BOOTSTRAP_API_KEY: bootstrapKey };
    this.#service = await ServiceProcess.start({ ...environment, ...settings, DATABASE_URL: databaseUrl });
    const { url } = this.#service;
    const tenant = asker(url, bootstrapKey);
    // The environment that the bootstrap makes is for live keys: no sandbox there.
    const { id } = await tenant('POST', '/v1/environments', { name: 'Recovery', type: 'development' });
    const { api_key: apiKey } = await tenant('POST', '/v1/secrets/api/keys', { name: 'Load', environment_id: id });
    const ask = asker(url, apiKey as string);
    const numbers = Array.from({ length: wallets }, (_, number) => number);
    const walletIds = await Promise.all(numbers.map((number) => openWallet(ask, number)));
    this.#load = new Load(() => url, apiKey as string, walletIds);
  }
}

type Ask = (method: string, path: string, body: object) => Promise<Record<string, unknown>>;

async function openWallet(ask: Ask, number: number): Promise<string> {
  const { id: customerId } = await ask('POST', '/v1/customers', {
    external_id: `recovery-${number}`,
    name: 'Recovery',
  });
  await ask('POST', `/v1/customers/${customerId as string}/payment-methods`, { token: 'pm_sandbox_approve' });
  const wallet = { customer_id: customerId, currency: 'usd', initial_credits_to_load: CREDITS };
  const { id } = await ask('POST', '/v1/wallets', wallet);
  await ask('PUT', `/v1/wallets/${id as string}`, RULE);
  return id as string;
}

function asker(url: string, apiKey: string): Ask {
  return async (method, path, body) => {
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const asked = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(url + path, asked);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
}

/** Rows of a database, asked for behind the service's back, as who sees all. */
export async function rowsOf<Row extends object>(databaseUrl: string, query: string): Promise<Row[]> {
  const client = new pg.Client(databaseUrl);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(query)).rows;
  } finally {
    await client.end();
  }
}
