import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generateApiKey } from '../../src/auth/api-key-format.js';
import { freePort, type PostgresServer, startPostgres } from '../support/postgres-server.js';
import { WEBHOOK_SECRET } from '../support/stripe.js';
import { STAND_IN_KEYS } from '../stripe-stand-in/stripe-stand-in.js';
import { FastTime } from './fast-time.js';
import { MortalService } from './mortal-service.js';
import { PersistentClient } from './persistent-client.js';
import type { PlantedFault } from './planted-faults.js';
import { Random } from './random.js';
import { StandInProcess } from './stand-in-process.js';

/** A provider that hangs is given up after this, in the machine's milliseconds; three such calls are less than a lease. */
const PAYMENT_TIMEOUT_MS = 1000;
/** By so much the clocks of the two processes are wrong, by the run's time. */
const WRONG_BY_MS = [20_000, -20_000];

/** PostgreSQL, the stand-in and two processes of the service, with one environment that charges through the stand-in. */
export class Scene {
  readonly services: MortalService[] = [];
  apiKey = generateApiKey('private_key');
  readonly #folder = mkdtempSync(join(tmpdir(), 'refill-torture-'));
  readonly #bootstrapKey = this.apiKey;
  readonly #encryptionKey = randomBytes(32).toString('base64');

  private constructor(
    readonly time: FastTime,
    readonly postgres: PostgresServer,
    readonly standIn: StandInProcess,
    readonly databaseUrl: string,
    private readonly planted: PlantedFault | undefined,
  ) {}

  static async create(seed: number, planted?: PlantedFault): Promise<Scene> {
    const postgres = await startPostgres(planted?.postgres);
    const time = new FastTime();
    const standIn = await StandInProcess.start(time.environment());
    const databaseUrl = postgres.url.replace(/\/postgres$/, '/refill');
    const scene = new Scene(time, postgres, standIn, databaseUrl, planted);
    try {
      await execute(postgres.url, 'create database refill');
      await time.apply(databaseUrl);
      await standIn.seed(seed);
      await scene.#startServices();
      await scene.#connect();
      for (const statement of planted?.sql ?? []) await execute(databaseUrl, statement);
    } catch (error) {
      await scene.stop();
      throw error;
    }
    return scene;
  }

  client(seed: number): PersistentClient {
    const urls = this.services.map(({ url }) => url);
    return new PersistentClient(urls, this.apiKey, new Random(seed));
  }

  /** Both processes start anew, so much later by the clock of everybody. */
  async continueLater(aheadMs: number): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
    this.time.jump(aheadMs);
    await this.time.apply(this.databaseUrl);
    await Promise.all(this.services.map((service) => service.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
    this.standIn.stop();
    this.postgres.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One after the other: the first migrates the database. */
  async #startServices(): Promise<void> {
    for (const wrongByMs of WRONG_BY_MS) {
      const service = new MortalService(await freePort(), () => this.#environment(wrongByMs));
      await service.start();
      this.services.push(service);
    }
  }

  #environment(wrongByMs: number): Record<string, string> {
    return {
      ...this.time.environment(wrongByMs),
      DATABASE_URL: this.databaseUrl,
      DATA_DIR: this.#folder,
      STRIPE_API_BASE: this.standIn.url,
      PAYMENT_TIMEOUT_MS: String(PAYMENT_TIMEOUT_MS),
      SWEEP_INTERVAL_MS: '250',
      ENCRYPTION_KEY: this.#encryptionKey,
      BOOTSTRAP_API_KEY: this.#bootstrapKey,
      ...this.planted?.environment,
    };
  }

  /** The environment that the bootstrap makes is for live keys: this one is another of its tenant. */
  async #connect(): Promise<void> {
    const client = this.client(0);
    const environment = await client.ask('POST', '/v1/environments', { name: 'Torture', type: 'development' });
    const id = environment.body['id'] as string;
    const key = await client.ask('POST', '/v1/secrets/api/keys', { name: 'Torture', environment_id: id });
    this.apiKey = key.body['api_key'] as string;
    const own = this.client(0);
    const { secretKey, publishableKey } = STAND_IN_KEYS;
    const keys = { secret_key: secretKey, publishable_key: publishableKey, webhook_secret: WEBHOOK_SECRET };
    const connected = await own.ask('PUT', '/v1/settings/payments/stripe', keys);
    const chosen = await own.ask('PUT', '/v1/settings/payments', { value: { provider: 'stripe' } });
    if (connected.status !== 200 || chosen.status !== 200) {
      throw new Error(`not connected: ${JSON.stringify([environment, key.status, connected, chosen])}`);
    }
    for (const { url } of this.services) {
      await this.standIn.addWebhook(`${url}/v1/payments/webhooks/stripe/${id}`, WEBHOOK_SECRET);
    }
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
