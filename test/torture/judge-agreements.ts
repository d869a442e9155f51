import { decimal } from '../../src/shared/decimal.js';
import type { Evidence } from './evidence.js';
import type { Journal, OffPeriod } from './journal.js';
import type { Findings } from './judge.js';

/** What was allowed is charged while its lease of 60 s lasts, or later by whoever has it allowed again. By the run's time. */
const ON_ITS_WAY_MS = 65_000;
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
  const allowedAt = new Map(
    topUps.filter(({ isAutomatic }) => isAutomatic).map(({ id, chargedAt }) => [id, chargedAt]),
  );
  const allowed = topUps.filter(
    ({ walletId, chargedAt }) =>
      chargedAt !== null && isOff(journal, chargedAt, READING_MS, (p) => p.walletId === walletId),
  );
  const charged = charges.filter(({ metadata, createdAt }) => {
    const at = createdAt * 1000;
    const allowed = allowedAt.get(metadata['top_up_id'] ?? '');
    const isTheirs = ({ customerId }: OffPeriod) => customerId === metadata['customer_id'];
    return allowed !== undefined && at > (allowed ?? 0) + ON_ITS_WAY_MS && isOff(journal, at, READING_MS, isTheirs);
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
