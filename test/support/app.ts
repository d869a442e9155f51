import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/core';
import type { Abstract, DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { TenantsService } from '../../src/auth/tenants.service.js';
import { PasswordCost } from '../../src/auth/users/passwords.js';
import { AppModule } from '../../src/app.module.js';
import { configureApp } from '../../src/app.setup.js';
import { Config } from '../../src/config.js';
import { BoundedAdapter } from '../../src/http/server/bounded-adapter.js';
import { prepareDatabase } from '../../src/ops/prepare-database.js';
import { Clock } from '../../src/shared/clock.js';
import { asCaller, seeingAll } from './as-caller.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { FrozenClock } from './frozen-clock.js';
import { copyPgliteTemplate } from './pglite-template.js';

export interface TestApp {
  /** `http://127.0.0.1:<port>` */
  url: string;
  app: NestExpressApplication;
  clock: FrozenClock;
  config: Config;
  database: TestDatabase;
  get<T>(token: Type<T> | Abstract<T>): T;
  /** Ends the app and drops its database. */
  close(): Promise<void>;
}

/** A test looks at everybody's rows, makes tenants as an operator does, and asks services as their callers do. */
function ofService<Service>(service: Service): Service {
  return service instanceof EntityManager || service instanceof TenantsService ? seeingAll(service) : asCaller(service);
}

interface TestAppOptions {
  database?: TestDatabase;
  clock?: FrozenClock;
  config?: Partial<Config>;
  /** A data folder to share with another process; otherwise a temp folder of the app's own. */
  dataDir?: string;
  /** Modules of the test's own, beside the service's. */
  imports?: (Type | DynamicModule)[];
}

/** Of hashing a password: outside of tests it takes a fifth of a second of a core. */
export const LITTLE_COST = { logN: 4, r: 1, p: 1 };

/**
 * The real service on a random port: nothing of it is replaced but the clock, and what hashing a password costs. The
 * scheduled task runs when a test says so.
 */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const clock = options.clock ?? new FrozenClock();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'refill-data-'));
  const config = Object.assign(
    new Config(),
    // Machines that test are busy with other things: how late the loop is says nothing there.
    // And all tests of a file come from one address, the faster the better the machine.
    { mode: 'test', port: 0, logLevel: 'silent', sweepIntervalMs: 0, lateLoopMs: 0, rateLimitAddress: 0, dataDir },
    options.config,
    database.url ? { databaseUrl: database.url } : {},
  );
  if (!config.databaseUrl) await copyPgliteTemplate(dataDir);
  const builder = Test.createTestingModule({ imports: [AppModule.register(config), ...(options.imports ?? [])] });
  builder.overrideProvider(Clock).useValue(clock);
  builder.overrideProvider(PasswordCost).useValue(Object.assign(new PasswordCost(), LITTLE_COST));
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>(new BoundedAdapter(config), {
    bodyParser: false,
    bufferLogs: true,
  });
  configureApp(app);
  try {
    await prepareDatabase(app, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    app,
    clock,
    config,
    database,
    get: (token) => ofService(app.get(token, { strict: false })),
    close: async () => {
      await app.close();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      await database.drop();
    },
  };
}
