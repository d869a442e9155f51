import { insufficientOf, isOpen } from './facts.js';
import type { Invariant, Moment, Story } from './moment.js';
import { ASKED, RESUMED, VOIDED } from './rescue.js';
import type { Facts, TopUpFacts } from './world.js';

interface Decision {
  trigger: string;
  verdict: 'buy' | 'skip';
  code: string;
  reason: string;
  top_up_id: string | null;
  next_evaluation_at: string | null;
  last_seen_at: string;
}

const DAY_MS = 86_400_000;
const PAPER: ReadonlySet<string> = new Set(['awaiting_payment', 'overdue']);
/** Answers that only a person can change, and that say so themselves. */
const FOR_A_PERSON: ReadonlySet<string> = new Set(['price_too_small', 'purchase_too_large', 'other_currency']);

/**
 * A rule whose condition holds has bought, is buying, or has a stored decision that says why not: a pause that the wallet
 * shows, or an instant at which it is looked at again. The ways out are tried at the end of each walk (`rescue`).
 */
export const noRuleIsMute: Invariant = {
  name: 'no rule is mute without a decision that says why, and a way out',
  find: async (moment, story) => [
    ...(await muteThresholds(moment, story)),
    ...(await silentRefusals(moment, story)),
    ...stuck(moment),
  ],
  atEnd: (story) => [...deadThresholds(story), ...deadSettings(story)],
};

/** Rules that have not bought after all that could be done for them. */
function deadThresholds({ moments, customer }: Story): string[] {
  const voided = moments.find(({ said }) => said === VOIDED);
  const resumed = moments.find(({ said }) => said === RESUMED);
  const last = moments.at(-1);
  if (!voided || !resumed || !last) return [];
  return [...customer.agreements.now.wallets].flatMap(([walletId, { rule, isActive }]) => {
    if (!rule?.on || !isActive) return [];
    // One invoice at a time: the next one may have been written when the last was voided.
    const since = rule.invoicing ? voided : resumed;
    const isBought = automaticOf(last.after, walletId).some(({ id }) => !since.before.topUps.has(id));
    return isBought ? [] : [dead('the rule', walletId, last)];
  });
}

function deadSettings({ moments, customer }: Story): string[] {
  const asked = moments.find(({ said }) => said === ASKED);
  const last = moments.at(-1);
  if (!asked || !last) return [];
  return insufficientOf(asked.before, customer.agreements.now).flatMap((walletId) => {
    const own = automaticOf(last.after, walletId);
    const isBought = own.some(({ id, trigger }) => trigger === 'insufficient' && !asked.before.topUps.has(id));
    return isBought ? [] : [dead("the account's setting", walletId, last)];
  });
}

function dead(what: string, walletId: string, { after }: Moment): string {
  const open = [...after.topUps.values()].filter((topUp) => topUp.walletId === walletId && isOpen(topUp));
  const blocks = open.map(({ id, status }) => `${id} is ${status}`).join(', ') || 'nothing is open';
  return `${what} for wallet ${walletId} buys nothing, whatever is done over HTTP: ${blocks}`;
}

async function muteThresholds(moment: Moment, story: Story): Promise<string[]> {
  const faults: string[] = [];
  for (const [walletId, { rule, isActive }] of story.customer.agreements.now.wallets) {
    const wallet = moment.after.wallets.get(walletId);
    if (!rule?.on || !isActive || !wallet || wallet.hasDeferred || wallet.available > rule.threshold) continue;
    const why = await whyMute(moment, story, walletId, rule.invoicing);
    if (why) faults.push(`wallet ${walletId} has ${wallet.available}, its threshold is ${rule.threshold}: ${why}`);
  }
  return faults;
}

async function whyMute(
  moment: Moment,
  story: Story,
  walletId: string,
  invoicing: boolean,
): Promise<string | undefined> {
  const own = automaticOf(moment.after, walletId);
  if (own.some((topUp) => isOpen(topUp) && (invoicing || !PAPER.has(topUp.status)))) return undefined;
  if (own.some(({ id, status }) => moment.before.topUps.get(id)?.status !== status)) return undefined;
  const decisions = (await decisionsOf(story, walletId)).filter(({ trigger }) => trigger === 'threshold');
  // Time stands still in a walk: several answers may be of the last instant, and one that explains is enough.
  const latest = decisions.filter(({ last_seen_at: at }) => at === decisions[0]?.last_seen_at);
  if (latest.length === 0) return 'no decision says why nothing is bought';
  if (await showsPause(story, walletId)) return undefined;
  const faults = latest.map((decision) => faultOf(decision, moment, story));
  return faults.includes(undefined) ? undefined : faults[0];
}

/** Why a decision does not explain that nothing is bought; undefined where it does. */
function faultOf(latest: Decision, moment: Moment, story: Story): string | undefined {
  const { code, verdict, reason, next_evaluation_at: next } = latest;
  if (FOR_A_PERSON.has(code)) return undefined;
  if (verdict === 'buy') return `the last decision is that ${latest.top_up_id ?? 'nothing'} buys, and nothing is open`;
  if (code === 'already_under_way') return `${reason}, and no automatic charge of the wallet is`;
  if (code === 'paused') return `the last decision says paused, and the wallet shows no pause`;
  if (next === null) return `"${reason}" names no instant at which it is looked at again`;
  const isOver = new Date(next) <= moment.now && !story.world.isStale;
  return isOver ? `it was to be looked at again at ${next}` : undefined;
}

/** A debit that could not be covered although its rule is on has been answered with what comes, or with why nothing does. */
async function silentRefusals(moment: Moment, story: Story): Promise<string[]> {
  const faults: string[] = [];
  if (moment.kind === 'race') return faults;
  for (const { walletId } of moment.after.accountRules.filter(({ trigger }) => trigger === 'insufficient')) {
    const isRefused = moment.answers.some(
      ({ request, status }) => status === 402 && request.endsWith(`/${walletId}/debit`),
    );
    if (!isRefused) continue;
    const decisions = await decisionsOf(story, walletId);
    const isTold = decisions.some(
      ({ trigger, last_seen_at: at }) => trigger === 'insufficient' && new Date(at).getTime() === moment.now.getTime(),
    );
    if (!isTold) faults.push(`a debit of ${walletId} was refused, and no decision says why nothing was bought`);
  }
  return faults;
}

/** What is under way goes on or ends: authentication within a day, everything at some instant that is not long past. */
function stuck({ after, now, kind }: Moment): string[] {
  if (kind !== 'task' && kind !== 'travel') return [];
  return [...after.topUps.values()].flatMap((topUp) => {
    const since = topUp.status === 'requires_action' ? topUp.askedAt : topUp.createdAt;
    const isOld = now.getTime() - since.getTime() > 3 * DAY_MS;
    const waits = topUp.status === 'created' || topUp.status === 'canceling' || topUp.status === 'requires_action';
    return isOld && waits ? [`${topUp.id} has been ${topUp.status} since ${since.toISOString()}`] : [];
  });
}

async function showsPause({ customer }: Story, walletId: string): Promise<boolean> {
  const wallet = await customer.get(`/v1/wallets/${walletId}`);
  return (wallet['auto_topup'] as { paused_reason: string | null } | null)?.paused_reason != null;
}

function automaticOf(facts: Facts, walletId: string): TopUpFacts[] {
  return [...facts.topUps.values()].filter((topUp) => topUp.walletId === walletId && topUp.isAutomatic);
}

async function decisionsOf({ customer }: Story, walletId: string): Promise<Decision[]> {
  const { items } = await customer.get(`/v1/wallets/${walletId}/top-up-decisions?limit=50`);
  return items as Decision[];
}
