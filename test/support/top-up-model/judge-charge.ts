import type { Agreement, Pack } from './agreements.js';
import type { BookEntry } from './books.js';
import type { Moment, SentCharge } from './moment.js';
import type { TopUpFacts } from './world.js';

interface Case {
  topUp: TopUpFacts;
  attempt: BookEntry;
  /** What the card was asked for. */
  amountMinor: number;
  currency: string;
  /** The moment in which the top-up came into being. */
  origin: Moment;
  /** Earlier charges of automatic top-ups that were not given back. */
  earlier: SentCharge[];
  now: Date;
}

/** Why an attempt to charge was not what had been agreed to; undefined where it was. */
export function whyNotAgreed(subject: Case, inForce: readonly Agreement[]): string | undefined {
  const reasons = inForce.map((agreement) => whyNot(subject, agreement));
  return reasons.includes(undefined) ? undefined : reasons.join('; or else ');
}

function whyNot(subject: Case, agreement: Agreement): string | undefined {
  const { topUp, attempt } = subject;
  const wallet = agreement.wallets.get(topUp.walletId);
  if (!wallet?.isActive) return 'the wallet is closed';
  if (agreement.provider !== 'sandbox') return 'nothing is to be charged: the provider is none';
  if (attempt.paymentMethodRef !== agreement.card) return `the card on file is ${agreement.card ?? 'none'}`;
  if (topUp.invoicing) return 'it is to be paid by invoice';
  if (topUp.trigger === 'manual') return whyNotBought(subject);
  if (subject.currency !== wallet.currency) {
    return `money in ${subject.currency} becomes credits of a wallet in ${wallet.currency}`;
  }
  const reason = topUp.trigger === 'threshold' ? whyNotByRule(subject, agreement) : whyNotBySetting(subject, agreement);
  return reason ?? whyNotByLimits(subject, agreement);
}

/** A purchase is what its request asked for, at the price of that moment. */
function whyNotBought({ topUp, origin, amountMinor, currency }: Case): string | undefined {
  const asked = origin.purchases.find(({ id }) => id === topUp.packId);
  if (!asked) return 'nobody asked for it';
  return priceFault(asked, 1, amountMinor, currency);
}

function whyNotByRule(subject: Case, agreement: Agreement): string | undefined {
  const { topUp, origin, amountMinor, currency } = subject;
  const wallet = agreement.wallets.get(topUp.walletId);
  const rule = wallet?.rule;
  if (!wallet || !rule?.on) return 'the rule is switched off';
  if (rule.invoicing) return 'the rule asks for an invoice, not for the card';
  // In whichever wallet it stood then: a conversion takes rule and purchase along.
  const versions = origin.inForce.flatMap(({ wallets }) => [...wallets.values()].map((then) => then.rule?.version));
  if (!versions.includes(rule.version)) {
    return `the rule was edited since: version ${versions.join(' or ')} then, ${rule.version} now`;
  }
  return priceFault({ priceMinor: rule.amount * 100, currency: wallet.currency }, topUp.units, amountMinor, currency);
}

function whyNotBySetting(subject: Case, { account }: Agreement): string | undefined {
  const { topUp, origin, amountMinor, currency } = subject;
  const trigger = topUp.trigger as 'insufficient' | 'expiration';
  const setting = account[trigger];
  if (!setting.on) return `the account has switched ${trigger} off`;
  if (!account.pack) return 'the account has agreed to no pack';
  if (account.isPackPaused) return `${account.pack.id} is no longer offered as it was agreed to`;
  const versions = origin.inForce.map((then) => then.account[trigger].version);
  if (!versions.includes(setting.version)) {
    return `the settings were edited since: version ${versions.join(' or ')} then, ${setting.version} now`;
  }
  return priceFault(account.pack, topUp.units, amountMinor, currency);
}

function priceFault(
  agreed: Pick<Pack, 'priceMinor'> & { currency: string },
  units: number,
  amountMinor: number,
  currency: string,
): string | undefined {
  const expected = `${agreed.priceMinor * units} ${agreed.currency}`;
  return expected === `${amountMinor} ${currency}` ? undefined : `${units} times what was agreed to is ${expected}`;
}

function whyNotByLimits(subject: Case, agreement: Agreement): string | undefined {
  const { topUp, attempt, amountMinor, now } = subject;
  const wallet = agreement.wallets.get(topUp.walletId);
  if (!wallet) return undefined;
  const { maxUnits, monthlyCount, monthlyAmountMinor } = wallet.limits;
  if (topUp.units > maxUnits) return `${topUp.units} units at once, ${maxUnits} are allowed`;
  if (attempt.outcome !== 'charge') return undefined;
  const own = subject.earlier.filter(({ walletId, topUpId }) => walletId === topUp.walletId && topUpId !== topUp.id);
  // A charge that was retried over the end of a month may count to either.
  const byIntent = own.filter(({ createdAt }) => monthOf(createdAt) === monthOf(topUp.createdAt));
  const bySending = own.filter(({ sentAt }) => monthOf(sentAt) === monthOf(now));
  const count = Math.min(byIntent.length, bySending.length) + 1;
  if (monthlyCount !== null && count > monthlyCount) return `number ${count} in a month, ${monthlyCount} are allowed`;
  const total = Math.min(sumOf(byIntent), sumOf(bySending)) + amountMinor;
  if (monthlyAmountMinor !== null && total > monthlyAmountMinor) {
    return `it makes ${total} in a month, ${monthlyAmountMinor} are allowed`;
  }
  return undefined;
}

function sumOf(charges: readonly SentCharge[]): number {
  return charges.reduce((total, { amountMinor }) => total + amountMinor, 0);
}

function monthOf(instant: Date): string {
  return instant.toISOString().slice(0, 7);
}
