import { decimal } from '../../src/shared/decimal.js';
import type { Evidence } from './evidence.js';
import type { Journal, OffPeriod } from './journal.js';
import type { Findings } from './judge.js';

/** A charge that was allowed before the rule was switched off may still be on its way, by the run's time: 2.5 s of the machine's. */
const ON_ITS_WAY_MS = 75_000;
/** Between two readings of one clock on its way through two processes, by the run's time. */
const READING_MS = 3000;

/** Whether what was agreed is what holds, and nothing was charged beyond it. */
export function judgeAgreements({ rules, topUps, charges }: Evidence, journal: Journal): Findings {
  const rows = new Map(rules.map((rule) => [rule.walletId, rule]));
  const lost = [...journal.rules].filter(([walletId, agreed]) => {
    const row = rows.get(walletId);
    const isSame =
      row?.enabled === agreed.enabled &&
      decimal(row.threshold).eq(decimal(String(agreed.threshold))) &&
      decimal(row.amount).eq(decimal(String(agreed.amount)));
    return !isSame;
  });
  const automatic = new Set(topUps.filter(({ isAutomatic }) => isAutomatic).map(({ id }) => id));
  const allowed = topUps.filter(
    ({ walletId, chargedAt }) =>
      chargedAt !== null && isOff(journal, chargedAt, READING_MS, (p) => p.walletId === walletId),
  );
  const charged = charges.filter(({ metadata, createdAt }) => {
    const customerId = metadata['customer_id'];
    const isTheirs = (period: OffPeriod) => period.customerId === customerId;
    return automatic.has(metadata['top_up_id'] ?? '') && isOff(journal, createdAt * 1000, ON_ITS_WAY_MS, isTheirs);
  });
  return {
    'acknowledged edits lost': lost.map(([walletId]) => walletId),
    'charged while switched off': [
      ...allowed.map(({ id }) => `${id} was allowed`),
      ...charged.map(({ chargeId }) => `${chargeId} was made`),
    ],
  };
}

function isOff(journal: Journal, at: number, graceMs: number, isTheirs: (period: OffPeriod) => boolean): boolean {
  return journal.offPeriods.some((period) => isTheirs(period) && at > period.from + graceMs && at < period.until);
}
