import type { AccountTerms, Card, LimitTerms, PackId, RuleTerms } from './steps.js';

/** A wallet's own rule as its last accepted edit left it. */
interface AgreedRule extends RuleTerms {
  on: boolean;
  version: number;
}

interface AgreedLimits {
  perHour: number;
  maxUnits: number;
  monthlyCount: number | null;
  monthlyAmountMinor: number | null;
}

export interface Pack {
  id: PackId;
  credits: number;
  priceMinor: number;
  currency: 'usd' | 'eur';
  isOnSale: boolean;
}

/** One of an account's two settings, with the pack as it was when it was agreed to. */
interface AgreedSetting {
  on: boolean;
  version: number;
}

interface AgreedAccount {
  expiration: AgreedSetting;
  insufficient: AgreedSetting;
  pack: Pack | null;
  /** The pack was changed or withdrawn since: nothing is bought until it is agreed to again. */
  isPackPaused: boolean;
}

interface AgreedWallet {
  currency: string;
  isActive: boolean;
  rule: AgreedRule | null;
  limits: AgreedLimits;
}

/** Everything that says what may be charged, at one moment. Never changed once it is in the log. */
export interface Agreement {
  provider: 'sandbox' | 'none';
  card: Card | null;
  wallets: Map<string, AgreedWallet>;
  account: AgreedAccount;
  packs: Map<PackId, Pack>;
  autoComplete: boolean;
}

/** What is on sale at first. */
export const PACK_LIST: readonly Pack[] = [
  { id: 'pack_10', credits: 10, priceMinor: 1100, currency: 'usd', isOnSale: true },
  { id: 'pack_100', credits: 100, priceMinor: 9900, currency: 'usd', isOnSale: true },
  { id: 'pack_eur', credits: 10, priceMinor: 900, currency: 'eur', isOnSale: true },
];

const NO_LIMITS: AgreedLimits = { perHour: 3, maxUnits: 20, monthlyCount: null, monthlyAmountMinor: null };

/**
 * What the customer and the seller have agreed to, kept from the requests that were accepted and from nothing that the
 * service says about itself.
 */
export class Agreements {
  now: Agreement;
  #versions = 0;

  constructor(card: Card, packs: readonly Pack[]) {
    const off = () => ({ on: false, version: 0 });
    this.now = {
      provider: 'sandbox',
      card,
      wallets: new Map(),
      account: { expiration: off(), insufficient: off(), pack: null, isPackPaused: false },
      packs: new Map(packs.map((pack) => [pack.id, pack])),
      autoComplete: false,
    };
  }

  /** What is in force now, to be kept. */
  snapshot(): Agreement {
    return structuredClone(this.now);
  }

  openWallet(id: string, currency: string): void {
    this.now.wallets.set(id, { currency, isActive: true, rule: null, limits: { ...NO_LIMITS } });
  }

  closeWallet(id: string): void {
    const wallet = this.now.wallets.get(id);
    if (wallet) wallet.isActive = false;
  }

  /** The postpaid wallet takes over the rule as it stands, the limits, and what is under way; nothing of the old is left. */
  convert(id: string, successorId: string): void {
    const wallet = this.now.wallets.get(id);
    if (!wallet) return;
    const rule = wallet.rule && { ...wallet.rule };
    this.now.wallets.set(successorId, { ...wallet, rule, limits: { ...wallet.limits }, isActive: true });
    this.closeWallet(id);
  }

  setRule(walletId: string, terms: RuleTerms, on = true): void {
    const wallet = this.now.wallets.get(walletId);
    if (!wallet) return;
    const isSame = JSON.stringify({ ...wallet.rule, version: 0 }) === JSON.stringify({ ...terms, on, version: 0 });
    const version = isSame && wallet.rule ? wallet.rule.version : this.#next();
    wallet.rule = { ...terms, on, version };
  }

  switchRule(walletId: string, on: boolean): void {
    const rule = this.now.wallets.get(walletId)?.rule;
    if (rule) this.setRule(walletId, termsOf(rule), on);
  }

  setLimits(walletId: string, terms: LimitTerms): void {
    const limits = this.now.wallets.get(walletId)?.limits;
    if (!limits) return;
    if (terms.perHour !== undefined) limits.perHour = terms.perHour;
    if (terms.maxUnits !== undefined) limits.maxUnits = terms.maxUnits;
    if (terms.monthlyCount !== undefined) limits.monthlyCount = terms.monthlyCount;
    if (terms.monthlyAmount !== undefined) {
      limits.monthlyAmountMinor = terms.monthlyAmount === null ? null : terms.monthlyAmount * 100;
    }
  }

  /** `put`: what is left out is off, or none. `patch`: it stays. */
  setAccount(method: 'put' | 'patch', terms: AccountTerms): void {
    const { account, packs } = this.now;
    const isPut = method === 'put';
    const before = JSON.stringify(account.pack);
    if (terms.pack) {
      account.pack = { ...(packs.get(terms.pack) as Pack) };
      account.isPackPaused = false;
    } else if (terms.pack === null || isPut) account.pack = null;
    const isOtherPack = JSON.stringify(account.pack) !== before;
    const wanted = { expiration: terms.onExpiration, insufficient: terms.onInsufficient };
    for (const trigger of ['expiration', 'insufficient'] as const) {
      const setting = account[trigger];
      const on = wanted[trigger] ?? (isPut ? false : setting.on);
      if (on !== setting.on || isOtherPack) account[trigger] = { on, version: this.#next() };
    }
  }

  changePack(id: PackId, change: Partial<Pack>): void {
    const { packs, account } = this.now;
    const pack = { ...(packs.get(id) as Pack), ...change };
    packs.set(id, pack);
    const agreed = account.pack;
    if (agreed?.id !== id) return;
    const isOffered = pack.isOnSale && pack.priceMinor === agreed.priceMinor && pack.credits === agreed.credits;
    if (!isOffered) account.isPackPaused = true;
  }

  #next(): number {
    this.#versions += 1;
    return this.#versions;
  }
}

export function termsOf({ threshold, amount, invoicing, cooldownSeconds }: RuleTerms): RuleTerms {
  return { threshold, amount, invoicing, cooldownSeconds };
}
