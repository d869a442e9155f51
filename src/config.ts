import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Expose, plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, validateSync } from 'class-validator';
import { isWellFormedApiKey, typeOfApiKey } from './auth/api-key-format.js';

/** A setting that is missing or wrong; the message names the variable. */
export class ConfigError extends Error {}

export const STRIPE_API = 'https://api.stripe.com';

function wholeNumber(min: number, max: number, unit = ''): PropertyDecorator {
  const message = `must be a whole number${unit} from ${min} to ${max}`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

const WORDS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };

function trueOrFalse(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (WORDS[value.toLowerCase()] ?? value) : value,
    ),
    IsBoolean({ message: 'must be true or false' }),
  );
}

/** The settings, read and checked once at start. `.env.example` explains each of them. */
export class Config {
  @Expose({ name: 'NODE_ENV' })
  @IsIn(['development', 'production', 'test'], { message: 'must be development or production' })
  mode: 'development' | 'production' | 'test' = 'development';

  @Expose({ name: 'PORT' })
  @wholeNumber(0, 65_535)
  port = 3000;

  @Expose({ name: 'HOST' })
  host = '127.0.0.1';

  @Expose({ name: 'PUBLIC_URL' })
  @IsOptional()
  @Matches(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*$/, {
    message: 'must look like https://credits.example.com, without a slash at the end',
  })
  publicUrl?: string;

  @Expose({ name: 'TRUST_PROXY' })
  @wholeNumber(0, 10)
  trustProxy = 0;

  @Expose({ name: 'DATA_DIR' })
  dataDir = '.refill';

  @Expose({ name: 'DATABASE_URL' })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must look like postgresql://user:password@host:5432/database' })
  databaseUrl?: string;

  @Expose({ name: 'DATABASE_MIGRATION_URL' })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must look like postgresql://user:password@host:5432/database' })
  databaseMigrationUrl?: string;

  @Expose({ name: 'DATABASE_POOL_SIZE' })
  @wholeNumber(2, 100)
  databasePoolSize = 10;

  @Expose({ name: 'ALLOW_UNSAFE_DATABASE' })
  @trueOrFalse()
  allowUnsafeDatabase = false;

  @Expose({ name: 'LOG_LEVEL' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    message: 'must be trace, debug, info, warn, error or silent',
  })
  logLevel = 'info';

  @Expose({ name: 'SWEEP_INTERVAL_MS' })
  @wholeNumber(0, 3_600_000, ' of milliseconds')
  sweepIntervalMs = 2000;

  @Expose({ name: 'PAYMENT_TIMEOUT_MS' })
  @wholeNumber(100, 30_000, ' of milliseconds')
  paymentTimeoutMs = 10_000;

  @Expose({ name: 'STRIPE_API_BASE' })
  @Matches(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/, { message: 'must look like https://api.stripe.com' })
  stripeApiBase = STRIPE_API;

  @Expose({ name: 'ENCRYPTION_KEY' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$/, {
    message:
      'must be 32 bytes in base64, or several such keys with commas between: `openssl rand -base64 32` makes one',
  })
  encryptionKey?: string;

  @Expose({ name: 'WEBHOOK_TIMEOUT_MS' })
  @wholeNumber(100, 30_000, ' of milliseconds')
  webhookTimeoutMs = 10_000;

  @Expose({ name: 'RATE_LIMIT_PER_SECOND' })
  @wholeNumber(0, 10_000_000, ' of points')
  rateLimitPerSecond = 10_000;

  @Expose({ name: 'RATE_LIMIT_PER_MINUTE' })
  @wholeNumber(0, 600_000_000, ' of points')
  rateLimitPerMinute = 0;

  @Expose({ name: 'RATE_LIMIT_TENANTS' })
  @IsOptional()
  @Matches(/^[^=,\s]+=\d{1,9}(\/\d{1,9})?(,[^=,\s]+=\d{1,9}(\/\d{1,9})?)*$/, {
    message: 'must look like tenant_01=20000,tenant_02=100/3000: points in a second, or in a second and a minute',
  })
  rateLimitTenants?: string;

  @Expose({ name: 'RATE_LIMIT_ADDRESS' })
  @wholeNumber(0, 10_000_000, ' of points')
  rateLimitAddress = 300;

  @Expose({ name: 'LATE_LOOP_MS' })
  @wholeNumber(0, 10_000, ' of milliseconds')
  lateLoopMs = 50;

  @Expose({ name: 'MAX_CONNECTIONS' })
  @wholeNumber(10, 100_000)
  maxConnections = 2000;

  @Expose({ name: 'HEADERS_TIMEOUT_MS' })
  @wholeNumber(100, 600_000, ' of milliseconds')
  headersTimeoutMs = 10_000;

  @Expose({ name: 'REQUEST_TIMEOUT_MS' })
  @wholeNumber(100, 600_000, ' of milliseconds')
  requestTimeoutMs = 30_000;

  @Expose({ name: 'ANSWER_TIMEOUT_MS' })
  @wholeNumber(100, 600_000, ' of milliseconds')
  answerTimeoutMs = 60_000;

  @Expose({ name: 'WEBHOOK_ALLOW_PRIVATE' })
  @IsOptional()
  @trueOrFalse()
  webhookAllowPrivate?: boolean;

  @Expose({ name: 'LEDGER_QUEUE_LIMIT' })
  @wholeNumber(1, 1_000_000)
  ledgerQueueLimit = 10_000;

  @Expose({ name: 'LEDGER_BATCH_LIMIT' })
  @wholeNumber(1, 1000)
  ledgerBatchLimit = 256;

  @Expose({ name: 'LEDGER_CLOCK' })
  @IsIn(['database', 'process'], { message: 'must be database or process' })
  ledgerClock: 'database' | 'process' = 'database';

  @Expose({ name: 'DEMO' })
  @IsOptional()
  @trueOrFalse()
  demo?: boolean;

  @Expose({ name: 'BOOTSTRAP_API_KEY' })
  @IsOptional()
  @IsString()
  bootstrapApiKey?: string;

  @Expose({ name: 'ALLOW_SIGNUP' })
  @IsOptional()
  @trueOrFalse()
  allowSignup?: boolean;

  get isProduction(): boolean {
    return this.mode === 'production';
  }

  /** Sandbox payments exist for trying things out; they are off where money is real. */
  get isSandboxEnabled(): boolean {
    return !this.isProduction;
  }

  /** Who signs up gets a tenant of their own: in production the operator decides that. */
  get isSignupAllowed(): boolean {
    return this.allowSignup ?? !this.isProduction;
  }

  /** Whether servers of tenants may be in the operator's own networks: in production the operator decides that. */
  get isPrivateAllowed(): boolean {
    return this.webhookAllowPrivate ?? !this.isProduction;
  }

  /** Where customers reach the pages of this service; undefined in production, or on any port, where nobody has said so. */
  get publicBase(): string | undefined {
    if (this.publicUrl !== undefined || this.isProduction || this.port === 0) return this.publicUrl;
    return `http://${this.host === '0.0.0.0' ? 'localhost' : this.host}:${this.port}`;
  }

  get isDemoEnabled(): boolean {
    return this.demo ?? this.mode === 'development';
  }
}

/**
 * Reads the environment.
 * @throws ConfigError one line for each variable that is missing or wrong
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const config = plainToInstance(Config, given, { excludeExtraneousValues: true, exposeDefaultValues: true });
  const problems = validateSync(config, { stopAtFirstError: true }).map(({ property, value, constraints }) => {
    const [reason] = Object.values(constraints ?? {});
    return `${variableOf(property)} ${reason}${isSecret(property) ? '' : `: it is ${JSON.stringify(value)}`}`;
  });
  problems.push(...modeProblems(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

/** Production runs on real settings only. */
function modeProblems(config: Config): string[] {
  const { bootstrapApiKey: key } = config;
  const problems: string[] = [];
  if (config.databaseMigrationUrl && !config.databaseUrl) {
    problems.push('DATABASE_MIGRATION_URL needs DATABASE_URL: the same database, as the role that the service runs as');
  }
  if (key !== undefined && !(isWellFormedApiKey(key) && typeOfApiKey(key) === 'private_key')) {
    problems.push('BOOTSTRAP_API_KEY must be an sk_ key with its checksum: `npm run make-key` makes one');
  }
  if (!config.isProduction) return problems;
  if (!config.databaseUrl) {
    problems.push('DATABASE_URL is missing: the embedded database is not safe against a power cut');
  }
  if (!key)
    problems.push('BOOTSTRAP_API_KEY is missing: it becomes the first server key; `npm run make-key` makes one');
  if (config.demo) problems.push('DEMO must not be true in production');
  if (config.ledgerClock !== 'database') problems.push('LEDGER_CLOCK must be database in production');
  if (config.stripeApiBase !== STRIPE_API) {
    problems.push(
      `STRIPE_API_BASE must be ${STRIPE_API} in production: any other host would be shown card tokens and keys`,
    );
  }
  if (config.publicUrl?.startsWith('http:')) {
    problems.push('PUBLIC_URL must begin with https:// in production: it is where payments are confirmed');
  }
  if (config.allowUnsafeDatabase) problems.push('ALLOW_UNSAFE_DATABASE must not be true in production');
  return problems;
}

const SECRETS: ReadonlySet<string> = new Set([
  'databaseUrl',
  'databaseMigrationUrl',
  'bootstrapApiKey',
  'encryptionKey',
]);

/** Not to be seen in anybody's log. */
function isSecret(property: string): boolean {
  return SECRETS.has(property);
}

/** `databaseUrl` is `DATABASE_URL`; `mode` is `NODE_ENV`. */
function variableOf(property: string): string {
  return property === 'mode' ? 'NODE_ENV' : property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
