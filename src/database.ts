import { type MikroORM, UnderscoreNamingStrategy } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { PgliteDriver } from '@mikro-orm/pglite';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { ApiKey } from './auth/api-key.entity.js';
import { ConsoleSession } from './auth/sessions/console-session.entity.js';
import { AuditEntry } from './auth/audit/audit-entry.entity.js';
import { Environment } from './auth/environment.entity.js';
import { Tenant } from './auth/tenant.entity.js';
import { AppUser } from './auth/users/app-user.entity.js';
import { AuthorRow } from './auth/users/author-row.entity.js';
import { UserInvitation } from './auth/users/user-invitation.entity.js';
import type { Config } from './config.js';
import { AlertLog } from './wallets/alert-log.entity.js';
import { PortalSession } from './wallets/portal/portal-session.entity.js';
import { Consent } from './credits/consent.entity.js';
import { CreditsAccount } from './credits/credits-account.entity.js';
import { PromotionalRenewal } from './credits/promotional/promotional-renewal.entity.js';
import { Coupon, CouponRedemption } from './credits/coupons/coupon.entity.js';
import { CreditPack } from './credits/packs/credit-pack.entity.js';
import { Customer } from './customers/customer.entity.js';
import { PaymentMethod } from './customers/payment-method.entity.js';
import { EventListener, StreamedEvent } from './events/stream/streamed-event.entity.js';
import { Entry, EntryCharge, EntryLot } from './ledger/entry.entity.js';
import { LedgerFigure } from './ledger/figures/ledger-figure.entity.js';
import { Hold, HoldLot } from './ledger/hold.entity.js';
import { IdempotencyKey } from './ledger/idempotency-key.entity.js';
import { Lot } from './ledger/lot.entity.js';
import { PendingCredit } from './ledger/pending-credit.entity.js';
import { WalletCount } from './ledger/wallet-count.entity.js';
import { Wallet } from './ledger/wallet.entity.js';
import { keepLanesApart } from './connection-lanes.js';
import { LedgerCheck } from './ops/verify/ledger-check.entity.js';
import { reclaimLostConnections } from './lost-connections.js';
import { Migration20261121010000_auth } from './migrations/Migration20261121010000_auth.js';
import { Migration20261121020000_settings } from './migrations/Migration20261121020000_settings.js';
import { Migration20261121030000_payments } from './migrations/Migration20261121030000_payments.js';
import { Migration20261121040000_customers } from './migrations/Migration20261121040000_customers.js';
import { Migration20261121050000_ledger } from './migrations/Migration20261121050000_ledger.js';
import { Migration20261121060000_top_ups } from './migrations/Migration20261121060000_top_ups.js';
import { Migration20261121070000_wallets } from './migrations/Migration20261121070000_wallets.js';
import { Migration20261121080000_credits } from './migrations/Migration20261121080000_credits.js';
import { Migration20261121090000_portal } from './migrations/Migration20261121090000_portal.js';
import { Migration20261121110000_reads } from './migrations/Migration20261121110000_reads.js';
import { Migration20261121120000_promotional_renewal } from './migrations/Migration20261121120000_promotional_renewal.js';
import { Migration20261121130000_rule_pause } from './migrations/Migration20261121130000_rule_pause.js';
import { Migration20261121140000_invoice_parties } from './migrations/Migration20261121140000_invoice_parties.js';
import { Migration20261121150000_coupons } from './migrations/Migration20261121150000_coupons.js';
import { Migration20261121160000_reversals } from './migrations/Migration20261121160000_reversals.js';
import { Migration20261121170000_users } from './migrations/Migration20261121170000_users.js';
import { Migration20261121180000_webhooks } from './migrations/Migration20261121180000_webhooks.js';
import { Migration20261121190000_agreements } from './migrations/Migration20261121190000_agreements.js';
import { Migration20261121200000_lots } from './migrations/Migration20261121200000_lots.js';
import { Migration20261121210000_money } from './migrations/Migration20261121210000_money.js';
import { Migration20261121220000_events } from './migrations/Migration20261121220000_events.js';
import { Migration20261121230000_invoices } from './migrations/Migration20261121230000_invoices.js';
import { Migration20261121240000_account } from './migrations/Migration20261121240000_account.js';
import { Migration20261121250000_sweep } from './migrations/Migration20261121250000_sweep.js';
import { Migration20261121260000_stripe } from './migrations/Migration20261121260000_stripe.js';
import { Migration20261121300000_payment_lists } from './migrations/Migration20261121300000_payment_lists.js';
import { Migration20261121310000_refunds } from './migrations/Migration20261121310000_refunds.js';
import { Migration20261121320000_checkouts } from './migrations/Migration20261121320000_checkouts.js';
import { Migration20261121330000_reconciliation } from './migrations/Migration20261121330000_reconciliation.js';
import { Migration20261121340000_backup_cards } from './migrations/Migration20261121340000_backup_cards.js';
import { Migration20261121350000_returns } from './migrations/Migration20261121350000_returns.js';
import { Migration20261121360000_billing_system } from './migrations/Migration20261121360000_billing_system.js';
import { Migration20261121370000_fees } from './migrations/Migration20261121370000_fees.js';
import { Migration20261121380000_key_numbers } from './migrations/Migration20261121380000_key_numbers.js';
import { Migration20261121410000_customer_texts } from './migrations/Migration20261121410000_customer_texts.js';
import { Migration20261121430000_key_rights } from './migrations/Migration20261121430000_key_rights.js';
import { Migration20261121440000_user_roles } from './migrations/Migration20261121440000_user_roles.js';
import { Migration20261121450000_audit } from './migrations/Migration20261121450000_audit.js';
import { Migration20261121900000_walls } from './migrations/Migration20261121900000_walls.js';
import { Migration20261122010000_ledger_check } from './migrations/Migration20261122010000_ledger_check.js';
import { Migration20261122130000_shard } from './migrations/Migration20261122130000_shard.js';
import { Migration20261122140000_list_indexes } from './migrations/Migration20261122140000_list_indexes.js';
import { Migration20261122145000_wallet_counts } from './migrations/Migration20261122145000_wallet_counts.js';
import { Migration20261122160000_figures } from './migrations/Migration20261122160000_figures.js';
import { Migration20261122160100_analytics } from './migrations/Migration20261122160100_analytics.js';
import { Migration20261122160200_event_stream } from './migrations/Migration20261122160200_event_stream.js';
import { Migration20261122180000_sessions } from './migrations/Migration20261122180000_sessions.js';
import { Migration20261122200000_portal_rights } from './migrations/Migration20261122200000_portal_rights.js';
import { Migration20261122203000_returned_money } from './migrations/Migration20261122203000_returned_money.js';
import { Migration20261122204000_figure_reason } from './migrations/Migration20261122204000_figure_reason.js';
import { embeddedDatabaseFolder } from './ops/embedded-database.js';
import { LaneUse } from './shared/lane-use.js';
import { prepareStatements } from './shared/prepared-statements.js';
import { scopeConnections } from './shared/scoped-connections.js';
import { ScopedPgliteDialect } from './shared/scoped-pglite-dialect.js';
import { BillingConnection } from './payments/billing-system/billing-connection.entity.js';
import { InvoicePayment } from './payments/invoice-payment.entity.js';
import { Invoice, InvoiceCounter } from './payments/invoice.entity.js';
import { ProviderCustomer } from './payments/provider-customer.entity.js';
import { ProviderEvent } from './payments/stripe/provider-event.entity.js';
import { StripeConnection } from './payments/stripe/stripe-connection.entity.js';
import { TenantSetting } from './settings/tenant-setting.entity.js';
import { InvoiceRow } from './top-ups/papers/invoice-row.entity.js';
import { CardPayment, Payment, ReportedPayment } from './top-ups/papers/payment.entity.js';
import { Dispute } from './top-ups/refunds/dispute.entity.js';
import { Refund } from './top-ups/refunds/refund.entity.js';
import { ReconciliationDifference } from './top-ups/reconciliation/reconciliation-difference.entity.js';
import { ReconciliationPayment, ReconciliationRun } from './top-ups/reconciliation/reconciliation-run.entity.js';
import { TopUpDecision } from './top-ups/rules/top-up-decision.entity.js';
import { TopUpGuard, TopUpRule } from './top-ups/rules/top-up-rule.entity.js';
import { TopUp, TopUpAttempt } from './top-ups/purchases/top-up.entity.js';
import { WebhookEndpoint } from './events/webhook-endpoint.entity.js';
import { WebhookDelivery, WebhookEvent } from './events/webhook-event.entity.js';

export const ENTITIES = [
  Tenant,
  Environment,
  ApiKey,
  ConsoleSession,
  AppUser,
  AuthorRow,
  UserInvitation,
  AuditEntry,
  TenantSetting,
  Invoice,
  InvoiceCounter,
  InvoicePayment,
  ProviderCustomer,
  StripeConnection,
  ProviderEvent,
  BillingConnection,
  Customer,
  PaymentMethod,
  Wallet,
  WalletCount,
  Lot,
  Entry,
  EntryLot,
  EntryCharge,
  Hold,
  HoldLot,
  LedgerFigure,
  EventListener,
  StreamedEvent,
  PendingCredit,
  IdempotencyKey,
  TopUpRule,
  TopUpGuard,
  TopUp,
  TopUpAttempt,
  TopUpDecision,
  Refund,
  Dispute,
  ReconciliationRun,
  ReconciliationPayment,
  ReconciliationDifference,
  InvoiceRow,
  Payment,
  CardPayment,
  ReportedPayment,
  AlertLog,
  LedgerCheck,
  PortalSession,
  CreditPack,
  Consent,
  CreditsAccount,
  PromotionalRenewal,
  Coupon,
  CouponRedemption,
  WebhookEndpoint,
  WebhookEvent,
  WebhookDelivery,
];

/** In the order they run. Listed, not searched for, so that the compiled service finds the same ones. */
export const MIGRATIONS = [
  Migration20261121010000_auth,
  Migration20261121020000_settings,
  Migration20261121030000_payments,
  Migration20261121040000_customers,
  Migration20261121050000_ledger,
  Migration20261121060000_top_ups,
  Migration20261121070000_wallets,
  Migration20261121080000_credits,
  Migration20261121090000_portal,
  Migration20261121110000_reads,
  Migration20261121120000_promotional_renewal,
  Migration20261121130000_rule_pause,
  Migration20261121140000_invoice_parties,
  Migration20261121150000_coupons,
  Migration20261121160000_reversals,
  Migration20261121170000_users,
  Migration20261121180000_webhooks,
  Migration20261121190000_agreements,
  Migration20261121200000_lots,
  Migration20261121210000_money,
  Migration20261121220000_events,
  Migration20261121230000_invoices,
  Migration20261121240000_account,
  Migration20261121250000_sweep,
  Migration20261121260000_stripe,
  Migration20261121300000_payment_lists,
  Migration20261121310000_refunds,
  Migration20261121320000_checkouts,
  Migration20261121330000_reconciliation,
  Migration20261121340000_backup_cards,
  Migration20261121350000_returns,
  Migration20261121360000_billing_system,
  Migration20261121370000_fees,
  Migration20261121380000_key_numbers,
  Migration20261121410000_customer_texts,
  Migration20261121430000_key_rights,
  Migration20261121440000_user_roles,
  Migration20261121450000_audit,
  Migration20261121900000_walls,
  Migration20261122010000_ledger_check,
  Migration20261122130000_shard,
  Migration20261122140000_list_indexes,
  Migration20261122145000_wallet_counts,
  Migration20261122160000_figures,
  Migration20261122160100_analytics,
  Migration20261122160200_event_stream,
  Migration20261122180000_sessions,
  Migration20261122200000_portal_rights,
  Migration20261122203000_returned_money,
  Migration20261122204000_figure_reason,
];

const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 5000;
/** Also how long a statement waits for a free connection of its lane. */
const CONNECT_TIMEOUT_MS = 5000;

export type DatabaseOptions = NonNullable<Parameters<typeof MikroORM.init>[0]>;

/** PostgreSQL where DATABASE_URL says, otherwise PGlite in the data folder: the same entities, migrations and SQL. */
export function databaseOptions(
  config: Config,
  embeddedFolder = embeddedDatabaseFolder(config.dataDir),
  use = new LaneUse(),
): DatabaseOptions {
  const shared = {
    entities: ENTITIES,
    namingStrategy: UnderscoreNamingStrategy,
    forceUtcTimezone: true,
    allowGlobalContext: false,
    // A name that is misspelt would otherwise become a new, empty ledger: whoever runs the server makes databases.
    ensureDatabase: false,
    extensions: [Migrator],
    migrations: { migrationsList: MIGRATIONS, snapshot: false, transactional: true, allOrNothing: true },
    logger: () => undefined,
  };
  if (!config.databaseUrl) {
    const driverOptions = () => new ScopedPgliteDialect(embeddedFolder);
    return { ...shared, driver: PgliteDriver, dbName: embeddedFolder, driverOptions };
  }
  return {
    ...shared,
    driver: PostgreSqlDriver,
    clientUrl: config.databaseUrl,
    pool: { min: 0, max: config.databasePoolSize },
    driverOptions: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      // Statements that do not wait for one another share a round trip.
      pipeline: true,
      onPoolCreated: (pool: Pool) => keepLanesApart(pool, CONNECT_TIMEOUT_MS, preparePool, use),
      application_name: 'refill',
    },
  };
}

function preparePool(pool: Pool): void {
  reclaimLostConnections(pool);
  prepareStatements(pool);
  scopeConnections(pool);
}
