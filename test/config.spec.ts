import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { generateApiKey } from '../src/auth/api-key-format.js';
import { Config, ConfigError, readConfig } from '../src/config.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://refill:secret@db/refill',
  BOOTSTRAP_API_KEY: generateApiKey('private_key'),
};

describe('the settings', () => {
  it('have defaults that work', () => {
    expect(readConfig({})).toMatchObject({ mode: 'development', host: '127.0.0.1', port: 3000, dataDir: '.refill' });
    expect(readConfig({})).toMatchObject({ databaseUrl: undefined, isDemoEnabled: true, isSandboxEnabled: true });
  });

  it('take an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 3000, databaseUrl: undefined });
  });

  it('are what the environment says', () => {
    const config = readConfig({ PORT: '0', SWEEP_INTERVAL_MS: '0', DEMO: 'false', LOG_LEVEL: 'warn', HOST: '::1' });
    expect(config).toMatchObject({ port: 0, sweepIntervalMs: 0, isDemoEnabled: false, logLevel: 'warn', host: '::1' });
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535: it is "abc"'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535: it is 70000'],
    [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535: it is -1'],
    [{ PORT: '3000.5' }, 'PORT must be a whole number from 0 to 65535: it is "3000.5"'],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY must be a whole number from 0 to 10: it is "true"'],
    [{ ALLOW_SIGNUP: 'yes' }, 'ALLOW_SIGNUP must be true or false: it is "yes"'],
    [{ DEMO: 'perhaps' }, 'DEMO must be true or false: it is "perhaps"'],
    [{ NODE_ENV: 'staging' }, 'NODE_ENV must be development or production: it is "staging"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be trace, debug, info, warn, error or silent: it is "loud"'],
    [{ DATABASE_POOL_SIZE: '1' }, 'DATABASE_POOL_SIZE must be a whole number from 2 to 100: it is 1'],
    [{ LEDGER_BATCH_LIMIT: '0' }, 'LEDGER_BATCH_LIMIT must be a whole number from 1 to 1000: it is 0'],
    [
      { PAYMENT_TIMEOUT_MS: '5', DEMO: 'y' },
      'PAYMENT_TIMEOUT_MS must be a whole number of milliseconds from 100 to 30000: it is 5\nDEMO must be true or false: it is "y"',
    ],
  ])('refuse %j with one line for each variable', (environment, message) => {
    expect(() => readConfig(environment as NodeJS.ProcessEnv)).toThrow(new ConfigError(message));
  });

  it('never repeat a secret', () => {
    const wrong = {
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      BOOTSTRAP_API_KEY: 'sk_hunter2',
      ENCRYPTION_KEY: 'hunter2',
    };
    const message = messageFor(wrong);
    expect(message.split('\n')).toHaveLength(3);
    expect(message).toContain('ENCRYPTION_KEY must be 32 bytes in base64');
    expect(message).toContain('DATABASE_URL must look like postgresql://');
    expect(message).toContain('BOOTSTRAP_API_KEY must be an sk_ key');
    expect(message).not.toContain('hunter2');
  });

  it('take a password apart from the address, with any characters', () => {
    const password = 'p@ss/w#rd%:? \'x"\\';
    const config = readConfig({ DATABASE_URL: 'postgresql://refill@db:5433/refill', DATABASE_PASSWORD: password });
    const { username, password: encoded, host, pathname } = new URL(config.databaseUrl as string);
    expect([username, decodeURIComponent(encoded), host, pathname]).toEqual(['refill', password, 'db:5433', '/refill']);
    expect(messageFor({ DATABASE_PASSWORD: password })).toBe('DATABASE_PASSWORD needs DATABASE_URL');
  });

  it.each(['postgresql://u:p#w@db/x', 'postgresql://u:p/w@db/x', 'postgresql://u:100%@db/x', 'postgresql://u@db:5432'])(
    'refuse the address %s, which cannot be read, without repeating it',
    (url) => {
      expect(messageFor({ DATABASE_URL: url })).toMatch(/^DATABASE_URL must look like postgresql:.* given apart$/);
    },
  );

  it('read a secret from the file that is named, and no other variable', () => {
    const folder = mkdtempSync(join(tmpdir(), 'refill-secrets-'));
    const file = join(folder, 'key');
    const key = generateApiKey('private_key');
    writeFileSync(file, `${key}\n`);
    expect(readConfig({ BOOTSTRAP_API_KEY_FILE: file }).bootstrapApiKey).toBe(key);
    expect(readConfig({ HOST_FILE: file }).host).toBe('127.0.0.1');
    expect(messageFor({ BOOTSTRAP_API_KEY_FILE: file, BOOTSTRAP_API_KEY: key })).toBe(
      'BOOTSTRAP_API_KEY_FILE and BOOTSTRAP_API_KEY are both set: keep one of them',
    );
    writeFileSync(file, '\n');
    expect(messageFor({ ENCRYPTION_KEY_FILE: file })).toContain(`ENCRYPTION_KEY_FILE is empty: ${file}`);
    rmSync(folder, { recursive: true });
    expect(messageFor({ ENCRYPTION_KEY_FILE: file })).toBe(`ENCRYPTION_KEY_FILE cannot be read: ${file} (ENOENT)`);
  });

  it('are explained one by one in .env.example, with their defaults', () => {
    const example = readFileSync('.env.example', 'utf8');
    const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => String(name)).sort();
    const variables = Object.keys({
      ...new Config(),
      databaseUrl: 0,
      databaseMigrationUrl: 0,
      databasePassword: 0,
      databaseMigrationPassword: 0,
      allowNewerSchema: 0,
      logFormat: 0,
      refillCommit: 0,
      demo: 0,
      bootstrapApiKey: 0,
      allowSignup: 0,
      encryptionKey: 0,
      rateLimitTenants: 0,
      metricsPort: 0,
      otelExporterOtlpEndpoint: 0,
    }).map((property) => (property === 'mode' ? 'NODE_ENV' : property.replace(/[A-Z]/g, '_$&').toUpperCase()));
    expect(named).toEqual(variables.sort());
    expect(readConfig(parseEnv(example))).toEqual(readConfig({ DEMO: 'true' }));
  });
});

describe('production', () => {
  it('lets nobody sign up unless the operator says so; elsewhere everybody may', () => {
    const isAllowed = (environment: Record<string, string>) => readConfig(environment).isSignupAllowed;
    expect([isAllowed(PRODUCTION), isAllowed({ ...PRODUCTION, ALLOW_SIGNUP: 'true' })]).toEqual([false, true]);
    expect([isAllowed({}), isAllowed({ ALLOW_SIGNUP: '0' })]).toEqual([true, false]);
  });

  it('starts with real settings, without sandbox and demo data', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({ isProduction: true, isSandboxEnabled: false, isDemoEnabled: false });
  });

  it('names each setting that is missing', () => {
    expect(messageFor({ NODE_ENV: 'production' })).toMatch(
      /^DATABASE_URL is missing: .*\nBOOTSTRAP_API_KEY is missing: /,
    );
  });

  it.each([
    ['DEMO', 'true'],
    ['ALLOW_UNSAFE_DATABASE', 'true'],
    ['STRIPE_API_BASE', 'http://127.0.0.1:12111'],
    ['STRIPE_API_BASE', 'https://api.stripe.com.example.org'],
    ['BOOTSTRAP_API_KEY', generateApiKey('publishable_key')],
    ['BOOTSTRAP_API_KEY', `${PRODUCTION.BOOTSTRAP_API_KEY.slice(0, -1)}_`],
  ])('refuses %s=%s', (variable, value) => {
    expect(messageFor({ ...PRODUCTION, [variable]: value })).toMatch(new RegExp(`^${variable} must [^\\n]+$`));
  });
});

function messageFor(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('the settings were taken');
}
