import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Expose, plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  validateSync,
} from 'class-validator';
import { problemsBetween, STRIPE_API } from './config-rules.js';
import { readSecretFiles } from './secret-files.js';
import { isDatabaseAddress, withPassword } from './shared/database-address.js';

/** A setting that is missing or wrong; the message names the variable. */
export class ConfigError extends Error {}

export { STRIPE_API };

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

function databaseAddress(): PropertyDecorator {
  const message =
    'must look like postgresql://user:password@host:5432/database; a password with other characters than letters and digits is better given apart';
  return ValidateBy({ name: 'databaseAddress', validator: { validate: isDatabaseAddress } }, { message });
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
  @databaseAddress()
  databaseUrl?: string;

  @Expose({ name: 'DATABASE_MIGRATION_URL' })
  @IsOptional()
  @databaseAddress()
  databaseMigrationUrl?: string;

  @Expose({ name: 'DATABASE_PASSWORD' })
  @IsOptional()
  databasePassword?: string;

  @Expose({ name: 'DATABASE_MIGRATION_PASSWORD' })
  @IsOptional()
  databaseMigrationPassword?: string;

  @Expose({ name: 'DATABASE_POOL_SIZE' })
  @wholeNumber(2, 100)
  databasePoolSize = 16;

  @Expose({ name: 'ALLOW_UNSAFE_DATABASE' })
  @trueOrFalse()
  allowUnsafeDatabase = false;

  /** The last migration of a newer release whose schema this one may run on: for a way back that loses nothing. */
  @Expose({ name: 'ALLOW_NEWER_SCHEMA' })
  @IsOptional()
  allowNewerSchema?: string;

  @Expose({ name: 'LOG_LEVEL' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    message: 'must be trace, debug, info, warn, error or silent',
  })
  logLevel = 'info';

  @Expose({ name: 'LOG_FORMAT' })
  @IsOptional()
  @IsIn(['json', 'pretty'], { message: 'must be json or pretty' })
  logFormat?: 'json' | 'pretty';

  /** What this was built from, as its image says it. */
  @Expose({ name: 'REFILL_COMMIT' })
  @IsOptional()
  refillCommit?: string;

  @Expose({ name: 'METRICS_PORT' })
  @IsOptional()
  @wholeNumber(0, 65_535)
  metricsPort?: number;

  @Expose({ name: 'METRICS_HOST' })
  metricsHost = '127.0.0.1';

  @Expose({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT' })
  @IsOptional()
  @Matches(/^https?:\/\/[^\s?#]+$/, { message: 'must look like http://127.0.0.1:4318' })
  otelExporterOtlpEndpoint?: string;

  @Expose({ name: 'OTEL_SERVICE_NAME' })
  otelServiceName = 'refill';

  @Expose({ name: 'OTEL_TRACES_SAMPLER_ARG' })
  @Matches(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, { message: 'must be a share from 0 to 1, like 0.1' })
  otelTracesSamplerArg = '1';

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
  const { given, problems } = readSecretFiles(
    Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
      ),
    ),
    [...SECRETS].map(variableOf),
  );
  const config = plainToInstance(Config, given, { excludeExtraneousValues: true, exposeDefaultValues: true });
  for (const { property, value, constraints } of validateSync(config, { stopAtFirstError: true })) {
    const [reason] = Object.values(constraints ?? {});
    problems.push(`${variableOf(property)} ${reason}${isSecret(property) ? '' : `: it is ${JSON.stringify(value)}`}`);
  }
  problems.push(...problemsBetween(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return withPasswords(config);
}

/** Passwords that were given apart, in the addresses that they belong to. */
function withPasswords(config: Config): Config {
  const { databaseUrl, databaseMigrationUrl } = config;
  if (databaseUrl) config.databaseUrl = withPassword(databaseUrl, config.databasePassword);
  if (databaseMigrationUrl) {
    config.databaseMigrationUrl = withPassword(databaseMigrationUrl, config.databaseMigrationPassword);
  }
  return config;
}

/** What nobody's log may show, and what may be a file: `<variable>_FILE`. */
const SECRETS: ReadonlySet<string> = new Set([
  'databaseUrl',
  'databaseMigrationUrl',
  'databasePassword',
  'databaseMigrationPassword',
  'bootstrapApiKey',
  'encryptionKey',
  // A URL may carry a password.
  'otelExporterOtlpEndpoint',
]);

function isSecret(property: string): boolean {
  return SECRETS.has(property);
}

/** `databaseUrl` is `DATABASE_URL`; `mode` is `NODE_ENV`. */
function variableOf(property: string): string {
  return property === 'mode' ? 'NODE_ENV' : property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
