import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations-of.js';

/** Groups of operations in the order that a reader needs them: what moves credits first. */
const TAGS: Readonly<Record<string, string>> = {
  Wallets: 'Balances, credits in and out, automatic top-up of a wallet.',
  Transactions: 'Every movement of credits, and taking one back.',
  Holds: 'Credits that are reserved while a job runs.',
  'Top-ups': 'Purchases: their state, their attempts to charge, why there is one or none.',
  Analytics: 'Figures for charts, and one box that finds anything.',
  Alerts: 'When a balance has crossed a line.',
  Customers: 'Whose wallets they are.',
  'Payment methods': 'The card on file, its backup, and saving another.',
  'Account credits': 'The credits API: what an account sees, buys and spends.',
  'Account billing': 'The credits API: an account’s billing details and cards.',
  'Account invoices': 'The credits API: an account’s invoices.',
  'Credit packs': 'What is on sale.',
  Coupons: 'Codes that make packs cheaper.',
  Invoices: 'Bills of purchases, with PDF.',
  Payments: 'What was charged and paid, and what providers tell.',
  Reconciliation: 'What a provider has charged, held against what is here.',
  'Customer portal': 'What a customer sees of their own wallets, with a session’s token.',
  'Confirmation page': 'The page on which the holder of a card confirms a payment.',
  Webhooks: 'Who is told what.',
  Settings: 'Of an environment: payments, invoices, credits, fees, limits.',
  'API keys': 'Who may do what.',
  Users: 'Signing up, logging in, roles, invitations.',
  Sessions: 'Browsers that act with a key they do not know, by a cookie: the console.',
  Tenants: 'Who calls, and for whom.',
  Environments: 'Development and production, apart.',
  'Audit log': 'Who has changed what.',
  'Not offered here': 'What only Flexprice has, and its screens ask for: always empty.',
  Health: 'Whether the service and what it needs are well.',
};

/**
 * Puts the document's groups into a reader's order.
 * @throws Error for an operation whose group is not among them
 */
export function documentTags(document: OpenAPIObject): void {
  for (const tag of operationsOf(document).flatMap(({ operation: { tags = [] } }) => tags)) {
    if (!(tag in TAGS)) throw new Error(`the group ${tag} of operations has no place and no words in TAGS`);
  }
  document.tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
}
