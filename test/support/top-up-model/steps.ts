import fc from 'fast-check';

/** How much a step asks for, measured against what the wallet has when it is taken. */
export type Size = 'little' | 'most' | 'all' | 'beyond' | 'far beyond';

/** What the sandbox does with each is in src/payments/sandbox-cards.ts. */
const CARDS = [
  'pm_sandbox_approve',
  'pm_sandbox_decline',
  'pm_sandbox_decline_hard',
  'pm_sandbox_requires_action',
  'pm_sandbox_processing',
  'pm_sandbox_error_once',
  'pm_sandbox_hang',
  'pm_sandbox_hang_before',
] as const;
export type Card = (typeof CARDS)[number];

export const PACKS = ['pack_10', 'pack_100', 'pack_eur'] as const;
export type PackId = (typeof PACKS)[number];

export interface RuleTerms {
  threshold: number;
  amount: number;
  invoicing: boolean;
  /** Null: the default of 60 s. */
  cooldownSeconds: number | null;
}

export interface LimitTerms {
  perHour?: number;
  maxUnits?: number;
  monthlyCount?: number | null;
  /** Whole units of the wallet's currency. */
  monthlyAmount?: number | null;
}

export interface AccountTerms {
  onExpiration?: boolean;
  onInsufficient?: boolean;
  /** Undefined: not sent. */
  pack?: PackId | null;
}

export type Step = { process: number; wallet: number } & (
  | { kind: 'debit'; size: Size }
  | { kind: 'burst'; size: Size }
  /** A debit, and at the same time the agreement is withdrawn. */
  | { kind: 'race'; size: Size; against: 'rule' | 'account' }
  | { kind: 'grant'; credits: number; expiresInDays: number | null }
  | { kind: 'hold'; size: Size; hours: number | null }
  | { kind: 'capture'; hold: number; share: number; final: boolean }
  | { kind: 'release'; hold: number }
  | { kind: 'reverse'; entry: number; credits: number | null; restore: boolean }
  | { kind: 'transfer'; to: number; size: Size }
  | { kind: 'terminate' }
  | { kind: 'convert' }
  | { kind: 'rule'; terms: RuleTerms }
  | { kind: 'rule switch'; on: boolean }
  | { kind: 'limits'; terms: LimitTerms }
  | { kind: 'account'; method: 'put' | 'patch'; terms: AccountTerms }
  | { kind: 'pack'; pack: PackId; change: 'dearer' | 'smaller' | 'withdrawn' | 'back' }
  | { kind: 'card'; card: Card }
  | { kind: 'no card' }
  | { kind: 'authenticate'; topUp: number }
  | { kind: 'provider'; provider: 'sandbox' | 'none' }
  | { kind: 'purchase'; pack: PackId }
  | { kind: 'invoiced'; credits: number }
  | { kind: 'pay'; invoice: number; how: 'whole' | 'part' | 'twice' | 'failed' }
  | { kind: 'void'; invoice: number }
  | { kind: 'cancel'; topUp: number }
  | { kind: 'open wallet'; currency: 'usd' | 'eur' }
  | { kind: 'credits setting'; currency: 'usd' | 'eur'; months: number }
  | { kind: 'invoice setting'; autoComplete: boolean }
  /** Time passes while nobody looks. */
  | { kind: 'wait'; seconds: number }
  /** Time passes and the scheduled task runs whenever something may be due. */
  | { kind: 'travel'; days: number }
  /** To so many seconds before the date of the purchased credits; at once, or with the scheduled task on the way. */
  | { kind: 'to the date'; secondsBefore: number; tended: boolean }
  | { kind: 'task' }
);

/** What a walk starts with. */
export interface WalkTerms {
  firstWallet: 'usd' | 'eur';
  credits: number;
  validityMonths: number;
  card: Card;
  rule: RuleTerms | null;
  account: { onExpiration: boolean; onInsufficient: boolean; pack: PackId } | null;
  /** A pack that is bought at the start, so that there are purchased credits. */
  bought: PackId | null;
}

export interface Walk {
  terms: WalkTerms;
  steps: Step[];
}

const size = fc.constantFrom<Size>('little', 'most', 'most', 'all', 'beyond', 'beyond', 'far beyond');
const pack = fc.constantFrom<PackId>('pack_10', 'pack_100', 'pack_100', 'pack_eur');
const card = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Card>('pm_sandbox_approve') },
  { weight: 4, arbitrary: fc.constantFrom<Card>('pm_sandbox_decline', 'pm_sandbox_decline_hard') },
  { weight: 5, arbitrary: fc.constantFrom<Card>(...CARDS) },
);
const rule: fc.Arbitrary<RuleTerms> = fc.record({
  threshold: fc.constantFrom(5, 20),
  amount: fc.constantFrom(6, 50, 500),
  invoicing: fc.constantFrom(false, false, false, true),
  cooldownSeconds: fc.constantFrom(null, 1, 7 * 86_400),
});
const currency = fc.constantFrom('usd' as const, 'eur' as const);

type Kind = Step['kind'];
type Own<K extends Kind> = Omit<Extract<Step, { kind: K }>, 'kind' | 'process' | 'wallet'>;
type Weights = Partial<Record<Kind, number>>;

interface Weighted {
  kind: Kind;
  weight: number;
  arbitrary: fc.Arbitrary<Step>;
}

/** A step of a kind, in one of the two processes, on one of the customer's wallets. */
function step<K extends Kind>(
  weight: number,
  kind: K,
  own: { [P in keyof Own<K>]-?: fc.Arbitrary<Own<K>[P]> },
): Weighted {
  const frame = { kind: fc.constant(kind), process: fc.nat(1), wallet: fc.constantFrom(0, 0, 0, 1) };
  return { kind, weight, arbitrary: fc.record({ ...frame, ...own }) as unknown as fc.Arbitrary<Step> };
}

const maybe = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

const EVERY_STEP: readonly Weighted[] = [
  step(12, 'debit', { size }),
  step(3, 'burst', { size }),
  step(2, 'race', { size, against: fc.constantFrom('rule', 'account') }),
  step(2, 'grant', { credits: fc.integer({ min: 1, max: 80 }), expiresInDays: maybeNull(1, 20) }),
  step(2, 'hold', { size, hours: maybeNull(1, 200) }),
  step(2, 'capture', { hold: fc.nat(3), share: fc.constantFrom(0.5, 1), final: fc.boolean() }),
  step(1, 'release', { hold: fc.nat(3) }),
  step(3, 'reverse', { entry: fc.nat(5), credits: maybeNull(1, 7), restore: fc.boolean() }),
  step(1, 'transfer', { to: fc.nat(1), size }),
  step(1, 'terminate', {}),
  step(1, 'convert', {}),
  step(4, 'rule', { terms: rule }),
  step(4, 'rule switch', { on: fc.boolean() }),
  step(2, 'limits', {
    terms: fc.record({
      perHour: maybe(1, 3, 50),
      maxUnits: maybe(1, 20),
      monthlyCount: maybe(null, 1, 3),
      monthlyAmount: maybe(null, 60, 500),
    }),
  }),
  step(4, 'account', {
    method: fc.constantFrom('put', 'put', 'patch'),
    terms: fc.record({
      onExpiration: fc.option(fc.boolean(), { nil: undefined }),
      onInsufficient: fc.option(fc.boolean(), { nil: undefined }),
      pack: fc.oneof(pack, pack, fc.constantFrom(null, undefined)),
    }),
  }),
  step(2, 'pack', { pack, change: fc.constantFrom('dearer', 'smaller', 'withdrawn', 'back') }),
  step(8, 'card', { card }),
  step(1, 'no card', {}),
  step(2, 'authenticate', { topUp: fc.nat(3) }),
  step(2, 'provider', { provider: fc.constantFrom('sandbox', 'none') }),
  step(3, 'purchase', { pack }),
  step(2, 'invoiced', { credits: fc.integer({ min: 1, max: 60 }) }),
  step(6, 'pay', { invoice: fc.nat(1), how: fc.constantFrom('whole', 'part', 'part', 'twice', 'twice', 'failed') }),
  step(1, 'void', { invoice: fc.nat(3) }),
  step(2, 'cancel', { topUp: fc.nat(3) }),
  step(2, 'open wallet', { currency }),
  step(2, 'credits setting', { currency, months: fc.constantFrom(1, 2, 12) }),
  step(1, 'invoice setting', { autoComplete: fc.boolean() }),
  step(5, 'wait', { seconds: fc.constantFrom(1, 61, 3601, 5 * 3600, 26 * 3600) }),
  step(8, 'travel', { days: fc.constantFrom(0.05, 0.2, 1, 3, 10, 32, 40) }),
  step(2, 'to the date', {
    secondsBefore: fc.constantFrom(90_000, 40_000, 30, 0, -1, -3700),
    tended: fc.boolean(),
  }),
  step(3, 'task', {}),
];

function maybeNull(...values: number[]): fc.Arbitrary<number | null> {
  return fc.option(fc.constantFrom(...values), { nil: null });
}

const GOOD_CARDS = ['pm_sandbox_approve', 'pm_sandbox_approve', 'pm_sandbox_error_once'] as const;
const account = (expiration: fc.Arbitrary<boolean>) =>
  fc.record({ onExpiration: expiration, onInsufficient: fc.boolean(), pack: fc.constantFrom(...PACKS) });

const anyTerms = {
  firstWallet: fc.constantFrom('usd' as const, 'usd' as const, 'usd' as const, 'eur' as const),
  credits: fc.constantFrom(0, 30, 120),
  validityMonths: fc.constantFrom(1, 1, 2),
  card,
  rule: fc.option(rule, { nil: null, freq: 2 }),
  account: fc.option(account(fc.boolean()), { nil: null, freq: 3 }),
  bought: fc.option(pack, { nil: null, freq: 2 }),
};

/** What walks are about: some of everything, and more of what has to meet for the rarer faults. */
const WALKS: { weight: number; terms: typeof anyTerms; more: Weights }[] = [
  { weight: 3, terms: anyTerms, more: {} },
  {
    // A declined charge waits, and what it came from is edited or withdrawn.
    weight: 2,
    terms: {
      ...anyTerms,
      card: fc.constantFrom<Card>('pm_sandbox_decline', 'pm_sandbox_hang_before', 'pm_sandbox_requires_action'),
      rule: rule.map((terms) => ({ ...terms, invoicing: false })),
    },
    more: { card: 24, debit: 20, rule: 12, 'rule switch': 6, account: 8, travel: 12, hold: 0, capture: 0, release: 0 },
  },
  {
    // Purchased credits come to their date again and again, with other purchases around it.
    weight: 3,
    terms: {
      ...anyTerms,
      card: fc.constantFrom<Card>(...GOOD_CARDS),
      account: account(fc.constant(true)),
      bought: pack,
      validityMonths: fc.constant(1),
    },
    more: {
      card: 1,
      'no card': 0,
      'to the date': 24,
      purchase: 10,
      debit: 16,
      reverse: 6,
      wait: 8,
      account: 1,
      pack: 0,
    },
  },
  {
    // Several clients at once, and a card that is refused.
    weight: 1,
    terms: {
      ...anyTerms,
      card: fc.constantFrom<Card>('pm_sandbox_decline_hard', 'pm_sandbox_decline_hard', 'pm_sandbox_approve'),
      account: account(fc.boolean()).map((terms) => ({ ...terms, onInsufficient: true })),
    },
    more: { burst: 24, card: 12, rule: 6, 'rule switch': 6, account: 6, terminate: 0 },
  },
  {
    // Wallets, packs and caps of two currencies.
    weight: 2,
    terms: {
      ...anyTerms,
      firstWallet: currency,
      card: fc.constantFrom<Card>(...GOOD_CARDS),
      account: account(fc.boolean()).map((terms) => ({ ...terms, onInsufficient: true })),
    },
    more: {
      card: 0,
      'no card': 0,
      provider: 0,
      'open wallet': 8,
      'credits setting': 10,
      limits: 10,
      account: 10,
      debit: 20,
      terminate: 0,
    },
  },
];

export const walks: fc.Arbitrary<Walk> = fc.oneof(
  ...WALKS.map(({ weight, terms, more }) => {
    const steps = EVERY_STEP.map((every) => ({ ...every, weight: more[every.kind] ?? every.weight }));
    const list = fc.array(fc.oneof(...steps.filter((each) => each.weight > 0)), {
      minLength: 10,
      maxLength: 36,
      size: 'max',
    });
    return { weight, arbitrary: fc.record({ terms: fc.record(terms), steps: list }) };
  }),
);

/** One step in words, as a failure shows it. */
export function say({ kind, process, wallet, ...own }: Step): string {
  return `${kind} ${JSON.stringify(own)} (wallet ${wallet}, process ${process})`;
}
