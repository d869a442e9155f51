import 'reflect-metadata';
import { Expose, plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, Min, validateSync } from 'class-validator';
import { isWellFormedApiKey } from './auth/api-key-format.js';

/** A setting that is missing or wrong; the message names the variable. */
export class ConfigError extends Error {}

const toInteger = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
);
const WORDS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
const toBoolean = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? (WORDS[value.toLowerCase()] ?? value) : value,
);
const yesOrNo = { message: 'must be true or false' };

/** The settings, read and checked once at start. `.env.example` explains each of them. */
export class Config {
  @Expose({ name: 'NODE_ENV' })
  @IsIn(['development', 'production', 'test'], { message: 'must be development or production' })
  mode: 'development' | 'production' | 'test' = 'development';

  @Expose({ name: 'PORT' })
  @toInteger
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  @Max(65_535, { message: 'must be at most 65535' })
  port = 3000;

  @Expose({ name: 'HOST' })
  @IsNotEmpty({ message: 'must not be empty' })
  host = '127.0.0.1';

  @Expose({ name: 'DATA_DIR' })
  @IsNotEmpty({ message: 'must not be empty' })
  dataDir = '.refill';

  @Expose({ name: 'DATABASE_URL' })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must look like postgresql://user:password@host:5432/database' })
  databaseUrl?: string;

  @Expose({ name: 'DATABASE_POOL_SIZE' })
  @toInteger
  @IsInt({ message: 'must be a whole number' })
  @Min(2, { message: 'must be 2 or more' })
  @Max(100, { message: 'must be at most 100' })
  databasePoolSize = 8;

  @Expose({ name: 'ALLOW_UNSAFE_DATABASE' })
  @toBoolean
  @IsBoolean(yesOrNo)
  allowUnsafeDatabase = false;

  @Expose({ name: 'LOG_LEVEL' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    message: 'must be trace, debug, info, warn, error or silent',
  })
  logLevel = 'info';

  @Expose({ name: 'SWEEP_INTERVAL_MS' })
  @toInteger
  @IsInt({ message: 'must be a whole number of milliseconds' })
  @Min(0, { message: 'must be 0 (never) or more' })
  @Max(3_600_000, { message: 'must be at most 3600000' })
  sweepIntervalMs = 2000;

  @Expose({ name: 'PAYMENT_TIMEOUT_MS' })
  @toInteger
  @IsInt({ message: 'must be a whole number of milliseconds' })
  @Min(100, { message: 'must be 100 or more' })
  @Max(30_000, { message: 'must be at most 30000' })
  paymentTimeoutMs = 10_000;

  @Expose({ name: 'LEDGER_QUEUE_LIMIT' })
  @toInteger
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  ledgerQueueLimit = 5000;

  @Expose({ name: 'LEDGER_BATCH_LIMIT' })
  @toInteger
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  @Max(1000, { message: 'must be at most 1000' })
  ledgerBatchLimit = 256;

  @Expose({ name: 'DEMO' })
  @IsOptional()
  @toBoolean
  @IsBoolean(yesOrNo)
  demo?: boolean;

  @Expose({ name: 'BOOTSTRAP_API_KEY' })
  @IsOptional()
  @IsString()
  bootstrapApiKey?: string;

  get isProduction(): boolean {
    return this.mode === 'production';
  }

  /** Sandbox payments exist for trying things out; they are off where money is real. */
  get isSandboxEnabled(): boolean {
    return !this.isProduction;
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
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const config = plainToInstance(Config, given, { excludeExtraneousValues: true, exposeDefaultValues: true });
  const problems = validateSync(config).map(({ property, value, constraints }) => {
    const reasons = Object.values(constraints ?? {}).join(', ');
    return `${variableOf(property)} ${reasons} (it is ${JSON.stringify(value)})`;
  });
  if (problems.length === 0) problems.push(...productionProblems(config));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

/** Production runs on real settings only. */
function productionProblems(config: Config): string[] {
  const problems: string[] = [];
  if (config.bootstrapApiKey !== undefined && !isWellFormedApiKey(config.bootstrapApiKey)) {
    problems.push('BOOTSTRAP_API_KEY is not a valid key: make one with `npm run make-key`');
  }
  if (!config.isProduction) return problems;
  if (!config.databaseUrl) {
    problems.push('DATABASE_URL is required in production: the embedded database is not safe against power loss');
  }
  if (config.demo) problems.push('DEMO must not be true in production');
  if (config.allowUnsafeDatabase) problems.push('ALLOW_UNSAFE_DATABASE must not be true in production');
  return problems;
}

/** `databaseUrl` is `DATABASE_URL`; `mode` is `NODE_ENV`. */
function variableOf(property: string): string {
  return property === 'mode' ? 'NODE_ENV' : property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
