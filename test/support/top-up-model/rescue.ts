import { invoicesOf, isOpen } from './facts.js';
import type { Story } from './moment.js';
import type { Facts } from './world.js';

interface Act {
  said: string;
  act: () => Promise<unknown>;
}

/** What it is called when nothing is left unpaid: a rule that writes invoices may write the next one from here on. */
export const VOIDED = 'void what is unpaid and cancel what waits';
/** What it is called when every rule was switched on again: from here on each must buy. */
export const RESUMED = 'every rule is switched on again, above what its wallet has';
/** A debit that can't be covered, where the account wants its pack bought then. */
export const ASKED = 'more is asked for than there is';
const FRAME = { process: 0, wallet: 0 };
const HOUR_MS = 3_600_000;

/**
 * What a person can do over HTTP for rules that do not buy, whatever the walk has left behind: a good card, a provider,
 * time, unpaid invoices voided, purchases that wait canceled, limits lifted, the rule switched on again. After it each rule
 * must have bought, and all money be where it belongs.
 */
export function rescue(story: Story & { readonly facts: Facts }): Act[] {
  const { customer, world } = story;
  const pass = (hours: number): Act => ({
    said: `${hours} hours pass`,
    act: async () => {
      world.clock.advance(hours * HOUR_MS);
      await world.runTask(0);
    },
  });
  return [
    {
      said: 'charge again',
      act: () => customer.take({ ...FRAME, kind: 'provider', provider: 'sandbox' }, story.facts),
    },
    {
      said: 'a good card',
      act: () => customer.take({ ...FRAME, kind: 'card', card: 'pm_sandbox_approve' }, story.facts),
    },
    ...[1, 5, 26].map(pass),
    { said: VOIDED, act: () => endWhatWaits(story) },
    ...[1, 8 * 24].map(pass),
    { said: RESUMED, act: () => customer.resume(story.facts) },
    ...[0.1, 1].map(pass),
    { said: 'the account agrees to its pack again', act: () => customer.agreeAgain() },
    ...[1].map(pass),
    { said: ASKED, act: () => customer.askForMore(story.facts) },
    ...[0.1, 1, 26].map(pass),
  ];
}

async function endWhatWaits({ customer, facts }: Story & { readonly facts: Facts }): Promise<void> {
  for (const topUp of facts.topUps.values()) {
    if (isOpen(topUp) && !topUp.invoicing) await customer.cancelTopUp(topUp.id);
  }
  for (const [index, topUp] of invoicesOf(facts).entries()) {
    if (!isOpen(topUp) || !topUp.invoiceId) continue;
    await customer.voidInvoice(topUp.invoiceId);
    // One that money was paid on can only be paid.
    if (!customer.voided.has(topUp.invoiceId))
      await customer.take({ ...FRAME, kind: 'pay', invoice: index, how: 'whole' }, facts);
  }
}
