import { findBrokenSums } from '../invariants.js';
import { isOpen } from './facts.js';
import { whyNotAgreed } from './judge-charge.js';
import { type Invariant, mayResume, type Moment, PAYING_CARDS } from './moment.js';
import { noRuleIsMute } from './mute-rules.js';
import type { TopUpFacts } from './world.js';

const HOUR_MS = 3_600_000;
/** How long credits may wait beyond their date for what time alone resolves. */
const DEFERRED_MS = 72 * HOUR_MS;
/** Open, and no charge: paper, or something that is about to be given up or back. */
const NO_CHARGE: ReadonlySet<string> = new Set(['awaiting_payment', 'overdue', 'refund_due']);

/** What became of an invoice that was paid: credits, or the money back. */
const DELIVERED: ReadonlySet<string> = new Set(['succeeded', 'refunded', 'refund_due']);
/** Steps after which the account's settings may read otherwise. */
const TOUCHES_SETTINGS: ReadonlySet<Moment['kind']> = new Set<Moment['kind']>([
  'begin',
  'account',
  'race',
  'pack',
  'no card',
  'open wallet',
  'credits setting',
  'purchase',
]);

const onlyAsAgreed: Invariant = {
  name: 'no card is asked for anything that the settings in force do not allow',
  find: (moment, { world, origins, charges, customer }) =>
    moment.attempts.flatMap((attempt) => {
      const { before, after, inForce, now } = moment;
      const payment = world.books.payments.get(attempt.paymentId);
      const topUp = payment && after.topUps.get(payment.topUpId);
      if (!payment || !topUp) return [`payment ${attempt.paymentId} belongs to no top-up`];
      const { amountMinor, currency } = payment;
      const what = `${attempt.outcome} of ${amountMinor} ${currency} for ${describe(topUp)}`;
      if (customer.canceled.has(topUp.id)) return [`${what}, though it was canceled over HTTP`];
      const earlier = charges.filter(({ topUpId }) => after.topUps.get(topUpId)?.status !== 'refunded');
      const origin = origins.get(topUp.id) as Moment;
      const reason = whyNotAgreed({ topUp, attempt, amountMinor, currency, origin, earlier, now }, inForce);
      if (reason) return [`${what}, though ${reason}`];
      const pause = before.pauses.get(topUp.walletId);
      const isPaused = pause !== undefined && pause === after.pauses.get(topUp.walletId);
      return topUp.isAutomatic && isPaused && !mayResume(moment) ? [`${what}, though it is paused: ${pause}`] : [];
    }),
};

const chargedIsCredited: Invariant = {
  name: 'charges are credits and refunds, once each',
  find: ({ after, before }, { world, origins, customer }) => {
    const faults: string[] = [];
    const charged = new Map<string, string[]>();
    for (const [paymentId, { topUpId }] of world.books.payments) {
      if (world.books.isCharged(paymentId)) charged.set(topUpId, [...(charged.get(topUpId) ?? []), paymentId]);
    }
    for (const [topUpId, payments] of charged) {
      const topUp = after.topUps.get(topUpId);
      if (!topUp) faults.push(`${payments.join(', ')} was charged for a top-up that does not exist`);
      else if (payments.length > 1) faults.push(`${describe(topUp)} was charged ${payments.length} times`);
      else faults.push(...refundFaults(topUp, world.books.refunds.has(payments[0] as string)));
    }
    for (const topUp of after.topUps.values()) {
      if (topUp.status !== 'succeeded' || before.topUps.get(topUp.id)?.status === 'succeeded') continue;
      if (topUp.invoicing || topUp.priceMinor === 0 || charged.has(topUp.id)) continue;
      const wasFree = origins.get(topUp.id)?.inForce.some(({ provider }) => provider === 'none');
      if (wasFree && customer.agreements.now.provider === 'none') continue;
      faults.push(`${describe(topUp)} was credited, and nothing was charged for it`);
    }
    return faults;
  },
  atEnd: ({ world, moments }) => {
    const topUps = moments.at(-1)?.after.topUps ?? new Map<string, TopUpFacts>();
    const sums = { charged: 0, credited: 0, refunded: 0 };
    const lost: string[] = [];
    for (const [paymentId, { topUpId, amountMinor, currency }] of world.books.payments) {
      if (!world.books.isCharged(paymentId)) continue;
      sums.charged += amountMinor;
      const topUp = topUps.get(topUpId);
      if (world.books.refunds.has(paymentId)) sums.refunded += amountMinor;
      else if (topUp?.status === 'succeeded') sums.credited += amountMinor;
      else lost.push(`${amountMinor} ${currency} of ${topUp ? describe(topUp) : topUpId}`);
    }
    if (sums.charged === sums.credited + sums.refunded) return [];
    const { charged, credited, refunded } = sums;
    return [
      `${charged} were charged, ${credited} credited and ${refunded} refunded when all was done: ${lost.join('; ')}`,
    ];
  },
};

function refundFaults(topUp: TopUpFacts, isRefunded: boolean): string[] {
  const { status } = topUp;
  if (status === 'succeeded' && isRefunded) return [`${describe(topUp)} was credited and refunded`];
  if (status === 'refunded' && !isRefunded) return [`${describe(topUp)} says refunded, and the money was not returned`];
  return [];
}

const invoicesArePaid: Invariant = {
  name: 'an invoice gives credits when it is paid in full, and only then',
  find: ({ after, before }, { origins, customer: { paid, voided } }) =>
    [...after.topUps.values()].flatMap((topUp) => {
      const { id, status, invoicing, priceMinor } = topUp;
      const invoiceId = topUp.invoiceId ?? '';
      const has = paid.get(invoiceId) ?? 0;
      if (!invoicing) return [];
      if (has >= priceMinor && !DELIVERED.has(status)) return [`${describe(topUp)} is paid in full and gives nothing`];
      if (status !== 'succeeded' || before.topUps.get(id)?.status === 'succeeded') return [];
      if (voided.has(invoiceId)) return [`${describe(topUp)} was credited after its invoice was voided`];
      if (origins.get(id)?.inForce.some(({ autoComplete }) => autoComplete) && !topUp.isAutomatic) return [];
      return has >= priceMinor ? [] : [`${describe(topUp)} was credited for ${has} of ${priceMinor}`];
    }),
};

const oneAtATime: Invariant = {
  name: 'a wallet has at most one automatic charge that is not resolved',
  find: (moment, { world }) => {
    const faults: string[] = [];
    const { before, after, attempts } = moment;
    for (const walletId of after.wallets.keys()) {
      const own = [...after.topUps.values()].filter((topUp) => topUp.walletId === walletId && topUp.isAutomatic);
      const charges = own.filter(({ invoicing }) => !invoicing);
      const open = charges.filter((topUp) => isOpen(topUp) && !NO_CHARGE.has(topUp.status));
      if (open.length > 1) faults.push(`open at once: ${open.map(describe).join('; ')}`);
      if (mayResume(moment)) continue;
      const made = charges.filter(({ id }) => !before.topUps.has(id));
      if (made.length > 1) faults.push(`started in one instant: ${made.map(describe).join('; ')}`);
      const ids = new Set(charges.map(({ id }) => id));
      const tried = attempts.filter(({ paymentId }) => ids.has(world.books.payments.get(paymentId)?.topUpId ?? ''));
      if (tried.length > 1) {
        faults.push(`the card was asked ${tried.length} times in one instant for wallet ${walletId}`);
      }
    }
    return faults;
  },
};

const hourlyLimit: Invariant = {
  name: 'no more automatic top-ups are started in an hour than the limit allows',
  find: ({ before, after, now, inForce }) =>
    [...after.topUps.values()].flatMap((topUp) => {
      if (!topUp.isAutomatic || before.topUps.has(topUp.id)) return [];
      const allowed = Math.max(...inForce.map(({ wallets }) => wallets.get(topUp.walletId)?.limits.perHour ?? 0));
      const recent = [...after.topUps.values()].filter(
        ({ walletId, isAutomatic, createdAt, status }) =>
          isAutomatic &&
          walletId === topUp.walletId &&
          createdAt.getTime() > now.getTime() - HOUR_MS &&
          !['failed', 'canceled', 'refunded'].includes(status),
      );
      return recent.length > allowed
        ? [`number ${recent.length} in an hour, ${allowed} allowed: ${describe(topUp)}`]
        : [];
    }),
};

const nothingForfeited: Invariant = {
  name: 'no purchased credit is forfeited while renewal is on, the card is good and nobody is needed',
  find: ({ before, after, now }, { renewableSince, customer }) => {
    const known = new Set(before.forfeitures.map(({ entryId }) => entryId));
    const { account, card, provider } = customer.agreements.now;
    const isOn = account.expiration.on && !account.isPackPaused && account.pack !== null;
    if (!isOn || card === null || !PAYING_CARDS.has(card) || provider !== 'sandbox') return [];
    return after.forfeitures.flatMap(({ entryId, walletId, credits, expiredAt }) => {
      const since = renewableSince.get(walletId);
      if (known.has(entryId) || !since || after.pauses.has(walletId)) return [];
      if (since.getTime() > expiredAt.getTime() - 24 * HOUR_MS) return [];
      if (now.getTime() - expiredAt.getTime() > DEFERRED_MS) return [];
      // What was begun with another card may wait for its holder.
      const isOlder = (topUp: TopUpFacts) => topUp.walletId === walletId && isOpen(topUp) && topUp.createdAt < since;
      if ([...before.topUps.values()].some((topUp) => isOlder(topUp) && !topUp.invoicing)) return [];
      return [
        `${credits} purchased credits of ${walletId} went at ${expiredAt.toISOString()}, ready since ${since.toISOString()}`,
      ];
    });
  },
};

const settingsAreInForce: Invariant = {
  name: 'what the account has switched off is off, and its settings say what it has agreed to',
  find: async ({ after, kind }, { customer }) => {
    const { account, wallets } = customer.agreements.now;
    const faults = after.accountRules.flatMap(({ walletId, trigger }) => {
      const isOff = !account[trigger as 'expiration' | 'insufficient'].on;
      const isActive = wallets.get(walletId)?.isActive ?? false;
      return isOff && isActive ? [`${trigger} is off, and still on for wallet ${walletId}`] : [];
    });
    // What becomes of the settings of a wallet that was closed is for another test.
    if (!TOUCHES_SETTINGS.has(kind) || [...wallets.values()].some(({ isActive }) => !isActive)) return faults;
    const said = await customer.settings();
    const pack = said['auto_top_up_credits_pack'] as { id: string; price: number } | null;
    const says = [said['auto_top_up_on_expiration'], said['auto_top_up_on_insufficient'], pack?.id, pack?.price];
    const agreed = [account.expiration.on, account.insufficient.on, account.pack?.id, account.pack?.priceMinor];
    if (JSON.stringify(says) === JSON.stringify(agreed)) return faults;
    return [...faults, `the settings say ${JSON.stringify(says)}, agreed was ${JSON.stringify(agreed)}`];
  },
};

const oneDate: Invariant = {
  name: 'purchased credits end no earlier than the last purchase of their wallet says',
  find: async (_moment, { world }) => {
    const rows = await world.em.execute<{ id: string; expires_at: Date; purchased_expires_at: Date }[]>(
      // What came by a transfer keeps the date it had.
      `select l.id, l.expires_at, w.purchased_expires_at from lot l join wallet w on w.shard = l.shard and w.id = l.wallet_id
       where l.is_open and l.source = 'purchased' and l.expires_at < w.purchased_expires_at and exists (
         select 1 from entry_lot k join entry e on e.shard = k.shard and e.wallet_id = k.wallet_id and e.id = k.entry_id
         where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and e.top_up_id is not null)`,
    );
    return rows.map((row) => `a lot ends at ${String(row.expires_at)}, before ${String(row.purchased_expires_at)}`);
  },
};

const soundLedger: Invariant = {
  name: 'balances are lots are entries',
  find: (_moment, { world }) => findBrokenSums(world.em),
};

const noErrors: Invariant = {
  name: 'every request has an answer',
  find: ({ answers }) =>
    answers
      .filter(({ status }) => status >= 500 && status !== 503)
      .map(({ request, status, body }) => `${request}: ${status} ${JSON.stringify(body)}`),
};

/** What must hold after every step of every walk. */
export const INVARIANTS: readonly Invariant[] = [
  onlyAsAgreed,
  chargedIsCredited,
  invoicesArePaid,
  oneAtATime,
  hourlyLimit,
  noRuleIsMute,
  nothingForfeited,
  settingsAreInForce,
  oneDate,
  soundLedger,
  noErrors,
];

function describe({ id, walletId, trigger, credits, priceMinor, currency, status }: TopUpFacts): string {
  return `${trigger} top-up ${id} of wallet ${walletId} (${credits} credits for ${priceMinor} ${currency}, ${status})`;
}
