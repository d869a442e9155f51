import { randomUUID } from 'node:crypto';
import type { EntryRecord, LotRecord, WalletRecord } from '../../src/ledger/wallet-state.js';
import { decimal, type Decimal, ZERO } from '../../src/shared/decimal.js';
import type { Scope } from '../../src/shared/scope.js';
import { inWallet, walletKey } from '../../src/shared/shard.js';
import type { GuardRecord, RuleRecord } from '../../src/top-ups/rules/top-up-state.js';
import { newGuard } from '../../src/top-ups/rules/top-up-state.js';

export interface GeneratedWallet {
  wallet: WalletRecord;
  /** In the order of their numbers. */
  entries: EntryRecord[];
  lots: LotRecord[];
  rule: RuleRecord | undefined;
  guard: GuardRecord | undefined;
}

/** Currencies with 0, 2, 3 and 4 digits of minor units. */
const CURRENCIES = ['usd', 'jpy', 'kwd', 'clf', 'eur'];
const TEXTS = ['', 'plain', 'quoted " \\ and / slash', 'line\nbreak\ttab', 'ünï©ode 漢字 🎉', '\u001f\u007f\u2028'];
const AMOUNTS = ['0', '1', '100', '0.5', '0.000000001', '123456789.123456789', '99999999999.999999999', '12.340000000'];
const RATES = ['1', '0.5', '0.00001', '3.14159', '99999', '1.25'];
const METADATA: Record<string, string>[] = [
  {},
  { a: 'b' },
  { '10': 'ten', b: 'é "', '9': '\n' },
  { nested: '{"x": 1}' },
];

/** Rows of every kind that a reader may meet, alike for the same seed. They add up to no ledger: only how they read counts. */
export function generateWallets(scope: Scope, count: number, now: Date, seed: number): GeneratedWallet[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => generateWallet(scope, now, random));
}

function generateWallet(scope: Scope, now: Date, random: () => number): GeneratedWallet {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const amount = () => decimal(pick(AMOUNTS));
  const instant = (): Date => new Date(now.getTime() + Math.floor((random() - 0.5) * 1e11));
  const maybe = <Value>(value: Value): Value | null => (random() < 0.5 ? value : null);
  const id = `wallet_${randomUUID()}`;
  const debt = random() < 0.3 ? amount() : ZERO;
  const wallet: WalletRecord = {
    ...walletKey(id),
    ...scope,
    customerId: `cust_${randomUUID()}`,
    currency: pick(CURRENCIES),
    walletType: pick(['PRE_PAID', 'POST_PAID']),
    walletStatus: pick(['active', 'active', 'frozen', 'closed']),
    name: pick(TEXTS),
    description: pick(TEXTS),
    metadata: pick(METADATA),
    allowedPriceTypes: pick([[], ['ALL'], ['USAGE', 'FIXED']]),
    conversionRate: decimal(pick(RATES)),
    topupConversionRate: decimal(pick(RATES)),
    creditBalance: amount().minus(debt),
    held: amount(),
    debt,
    overdraftLimit: amount(),
    purchasedExpiresAt: maybe(instant()),
    sequence: 0,
    lastEntryHash: '',
    lastEntryAt: maybe(instant()),
    version: 1 + Math.floor(random() * 1e6),
    // Keys in the order in which jsonb keeps them.
    alertSettings: maybe({
      info: null,
      warning: null,
      critical: { condition: 'below', threshold: '1.5' },
      alert_enabled: maybe(true),
    }),
    alertState: pick(['ok', 'info', 'warning', 'in_alarm']),
    creditAlertState: 'ok',
    status: 'published',
    createdAt: instant(),
    updatedAt: instant(),
    createdBy: pick(TEXTS),
    updatedBy: pick(TEXTS),
  };
  const lots: LotRecord[] = [];
  const entries = Array.from({ length: Math.floor(random() * 8) }, (_value, index) => {
    const type = pick(['credit', 'debit'] as const);
    const entry = entryOf(wallet, index + 1, type, { pick, amount, instant, maybe });
    if (type === 'credit') lots.push(lotOf(entry, { pick, amount, instant, maybe }));
    return entry;
  });
  wallet.sequence = entries.length;
  const rule = random() < 0.5 ? ruleOf(wallet, { pick, amount, instant, maybe }) : undefined;
  const guard = rule && { ...newGuard(wallet, now), ...boundsOf({ pick, amount, instant, maybe }) };
  return { wallet, entries, lots, rule, guard };
}

interface Choice {
  pick: <Value>(values: readonly Value[]) => Value;
  amount: () => Decimal;
  instant: () => Date;
  maybe: <Value>(value: Value) => Value | null;
}

function entryOf(
  { id, tenantId, environmentId, customerId, currency, conversionRate }: WalletRecord,
  sequence: number,
  type: 'credit' | 'debit',
  { pick, amount, instant, maybe }: Choice,
): EntryRecord {
  const credits = amount();
  return {
    ...inWallet(id),
    createdAt: instant(),
    id: `wtxn_${randomUUID()}`,
    tenantId,
    environmentId,
    customerId,
    currency,
    sequence,
    type,
    credits: type === 'credit' ? credits : credits.neg(),
    balanceBefore: amount().minus(amount()),
    balanceAfter: amount(),
    debtChange: ZERO,
    rate: conversionRate,
    reason:
      type === 'credit'
        ? pick(['FREE_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT', 'DEBIT_REVERSAL'])
        : pick(['MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED', 'WALLET_TERMINATION']),
    counterAccount: 'usage',
    referenceType: pick(['EXTERNAL', 'REQUEST', '']),
    referenceId: pick(TEXTS),
    description: pick(TEXTS),
    metadata: pick(METADATA),
    idempotencyKey: maybe(randomUUID()) ?? '',
    parentId: maybe('wtxn_parent'),
    topUpId: null,
    requestId: '',
    hash: '',
    createdBy: pick(TEXTS),
  };
}

function lotOf(entry: EntryRecord, { pick, amount, instant, maybe }: Choice): LotRecord {
  const remaining = amount();
  return {
    ...inWallet(entry.walletId),
    id: entry.id,
    tenantId: entry.tenantId,
    environmentId: entry.environmentId,
    customerId: entry.customerId,
    source: pick(['purchased', 'free']),
    priority: maybe(3),
    granted: remaining,
    remaining,
    held: pick([ZERO, remaining]),
    expiresAt: maybe(instant()),
    renewalId: pick([null, null, 'topup_renewal']),
    isOpen: remaining.gt(0),
    createdAt: entry.createdAt,
  };
}

function ruleOf(wallet: WalletRecord, { pick, amount, instant, maybe }: Choice): RuleRecord {
  return {
    ...inWallet(wallet.id),
    trigger: 'threshold',
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    customerId: wallet.customerId,
    enabled: pick([true, false]),
    version: 1,
    thresholdCredits: amount(),
    unitCredits: amount().plus('0.1'),
    unitPriceMinor: null,
    priceCurrency: maybe('usd'),
    fee: maybe({ percent: '2.5', fixed_minor: 30 }),
    packId: null,
    validityMonths: null,
    invoicing: pick([true, false]),
    cooldown: maybe({ unit: 'minute', value: 5 }),
    pauseReason: pick(['', 'pack_changed']),
    createdAt: instant(),
    updatedAt: instant(),
    updatedBy: '',
  };
}

function boundsOf({ pick, instant, maybe }: Choice): Partial<GuardRecord> {
  const pausedAt = maybe(instant());
  return {
    pausedAt,
    pauseReason: pausedAt ? 'card_declined' : '',
    monthlyCount: maybe(7),
    ...pick([{}, { monthlyAmountMinor: 123_456, monthlyAmountCurrency: pick(CURRENCIES) }]),
  };
}

/** Numbers from 0 to 1 (mulberry32): the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
