var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Expose, plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, validateSync } from 'class-validator';
import { isWellFormedApiKey, typeOfApiKey } from './auth/api-key-format.js';
/** A setting that is missing or wrong; the message names the variable. */
export class ConfigError extends Error {
}
function wholeNumber(min, max, unit = '') {
    const message = `must be a whole number${unit} from ${min} to ${max}`;
    return applyDecorators(Transform(({ value }) => typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value), IsInt({ message }), Min(min, { message }), Max(max, { message }));
}
const WORDS = { true: true, '1': true, false: false, '0': false };
function trueOrFalse() {
    return applyDecorators(Transform(({ value }) => typeof value === 'string' ? (WORDS[value.toLowerCase()] ?? value) : value), IsBoolean({ message: 'must be true or false' }));
}
/** The settings, read and checked once at start. `.env.example` explains each of them. */
export class Config {
    mode = 'development';
    port = 3000;
    host = '127.0.0.1';
    dataDir = '.refill';
    databaseUrl;
    databasePoolSize = 8;
    allowUnsafeDatabase = false;
    logLevel = 'info';
    sweepIntervalMs = 2000;
    paymentTimeoutMs = 10_000;
    ledgerQueueLimit = 5000;
    ledgerBatchLimit = 256;
    demo;
    bootstrapApiKey;
    get isProduction() {
        return this.mode === 'production';
    }
    /** Sandbox payments exist for trying things out; they are off where money is real. */
    get isSandboxEnabled() {
        return !this.isProduction;
    }
    get isDemoEnabled() {
        return this.demo ?? this.mode === 'development';
    }
}
__decorate([
    Expose({ name: 'NODE_ENV' }),
    IsIn(['development', 'production', 'test'], { message: 'must be development or production' }),
    __metadata("design:type", String)
], Config.prototype, "mode", void 0);
__decorate([
    Expose({ name: 'PORT' }),
    wholeNumber(0, 65_535),
    __metadata("design:type", Object)
], Config.prototype, "port", void 0);
__decorate([
    Expose({ name: 'HOST' }),
    __metadata("design:type", Object)
], Config.prototype, "host", void 0);
__decorate([
    Expose({ name: 'DATA_DIR' }),
    __metadata("design:type", Object)
], Config.prototype, "dataDir", void 0);
__decorate([
    Expose({ name: 'DATABASE_URL' }),
    IsOptional(),
    Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must look like postgresql://user:password@host:5432/database' }),
    __metadata("design:type", String)
], Config.prototype, "databaseUrl", void 0);
__decorate([
    Expose({ name: 'DATABASE_POOL_SIZE' }),
    wholeNumber(2, 100),
    __metadata("design:type", Object)
], Config.prototype, "databasePoolSize", void 0);
__decorate([
    Expose({ name: 'ALLOW_UNSAFE_DATABASE' }),
    trueOrFalse(),
    __metadata("design:type", Object)
], Config.prototype, "allowUnsafeDatabase", void 0);
__decorate([
    Expose({ name: 'LOG_LEVEL' }),
    IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
        message: 'must be trace, debug, info, warn, error or silent',
    }),
    __metadata("design:type", Object)
], Config.prototype, "logLevel", void 0);
__decorate([
    Expose({ name: 'SWEEP_INTERVAL_MS' }),
    wholeNumber(0, 3_600_000, ' of milliseconds'),
    __metadata("design:type", Object)
], Config.prototype, "sweepIntervalMs", void 0);
__decorate([
    Expose({ name: 'PAYMENT_TIMEOUT_MS' }),
    wholeNumber(100, 30_000, ' of milliseconds'),
    __metadata("design:type", Object)
], Config.prototype, "paymentTimeoutMs", void 0);
__decorate([
    Expose({ name: 'LEDGER_QUEUE_LIMIT' }),
    wholeNumber(1, 1_000_000),
    __metadata("design:type", Object)
], Config.prototype, "ledgerQueueLimit", void 0);
__decorate([
    Expose({ name: 'LEDGER_BATCH_LIMIT' }),
    wholeNumber(1, 1000),
    __metadata("design:type", Object)
], Config.prototype, "ledgerBatchLimit", void 0);
__decorate([
    Expose({ name: 'DEMO' }),
    IsOptional(),
    trueOrFalse(),
    __metadata("design:type", Boolean)
], Config.prototype, "demo", void 0);
__decorate([
    Expose({ name: 'BOOTSTRAP_API_KEY' }),
    IsOptional(),
    IsString(),
    __metadata("design:type", String)
], Config.prototype, "bootstrapApiKey", void 0);
/**
 * Reads the environment.
 * @throws ConfigError one line for each variable that is missing or wrong
 */
export function readConfig(environment) {
    const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
    const config = plainToInstance(Config, given, { excludeExtraneousValues: true, exposeDefaultValues: true });
    const problems = validateSync(config, { stopAtFirstError: true }).map(({ property, value, constraints }) => {
        const [reason] = Object.values(constraints ?? {});
        return `${variableOf(property)} ${reason}${isSecret(property) ? '' : `: it is ${JSON.stringify(value)}`}`;
    });
    problems.push(...modeProblems(config));
    if (problems.length > 0)
        throw new ConfigError(problems.join('\n'));
    return config;
}
/** Production runs on real settings only. */
function modeProblems(config) {
    const { bootstrapApiKey: key } = config;
    const problems = [];
    if (key !== undefined && !(isWellFormedApiKey(key) && typeOfApiKey(key) === 'private_key')) {
        problems.push('BOOTSTRAP_API_KEY must be an sk_ key with its checksum: `npm run make-key` makes one');
    }
    if (!config.isProduction)
        return problems;
    if (!config.databaseUrl) {
        problems.push('DATABASE_URL is missing: the embedded database is not safe against a power cut');
    }
    if (!key)
        problems.push('BOOTSTRAP_API_KEY is missing: it becomes the first server key; `npm run make-key` makes one');
    if (config.demo)
        problems.push('DEMO must not be true in production');
    if (config.allowUnsafeDatabase)
        problems.push('ALLOW_UNSAFE_DATABASE must not be true in production');
    return problems;
}
/** Not to be seen in anybody's log. */
function isSecret(property) {
    return property === 'databaseUrl' || property === 'bootstrapApiKey';
}
/** `databaseUrl` is `DATABASE_URL`; `mode` is `NODE_ENV`. */
function variableOf(property) {
    return property === 'mode' ? 'NODE_ENV' : property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
//# sourceMappingURL=config.js.map