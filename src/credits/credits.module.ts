import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { WalletsModule } from '../wallets/wallets.module.js';
import { AccountCards } from './account-cards.js';
import { AccountCardsController } from './backup-cards/account-cards.controller.js';
import { AccountSavedCards } from './backup-cards/account-saved-cards.service.js';
import { AccountCardSetupsController } from './card-setups/account-card-setups.controller.js';
import { AccountCreditsController } from './account-credits.controller.js';
import { AccountCreditsService } from './account-credits.service.js';
import { AccountDecisionsController } from './account-decisions.controller.js';
import { AccountDecisionsService } from './account-decisions.service.js';
import { ConsentsController } from './consents/consents.controller.js';
import { ConsentsService } from './consents/consents.service.js';
import { AccountRulesService } from './account-rules.service.js';
import { AccountWalletController } from './account-wallet.controller.js';
import { AccountWalletService } from './account-wallet.service.js';
import { AccountInvoicesController } from './account-invoices.controller.js';
import { AccountInvoicesService } from './account-invoices.service.js';
import { AccountTopUpsController } from './account-top-ups.controller.js';
import { AccountTopUps } from './account-top-ups.service.js';
import { BillingController } from './billing.controller.js';
import { BillingService } from './billing.service.js';
import { CouponsController } from './coupons/coupons.controller.js';
import { CouponsService } from './coupons/coupons.service.js';
import { CouponGuesses } from './coupons/coupon-guesses.js';
import { RedemptionsService } from './coupons/redemptions.service.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { AccountHoldsController } from './holds/holds.controller.js';
import { AccountHoldsService } from './holds/holds.service.js';
import { PackPurchasesController } from './pack-purchases.controller.js';
import { PackPurchases } from './pack-purchases.service.js';
import { CreditPacksController } from './packs/credit-packs.controller.js';
import { PacksOnSaleController } from './packs/packs-on-sale.controller.js';
import { PacksOnSale } from './packs/packs-on-sale.service.js';
import { PacksService } from './packs/packs.service.js';
import { PortalCardsController } from './portal/portal-cards.controller.js';
import { PortalCards } from './portal/portal-cards.service.js';
import { PortalPapersController } from './portal/portal-papers.controller.js';
import { PortalPurchasesController } from './portal/portal-purchases.controller.js';
import { PortalPurchases } from './portal/portal-purchases.service.js';
import { PortalReturns } from './portal/portal-returns.js';
import { PortalSettingsController } from './portal/portal-settings.controller.js';
import { PortalSettings } from './portal/portal-settings.service.js';
import { PromotionalCredits } from './promotional/promotional-credits.service.js';
import { RenewalQueue } from './promotional/renewal-queue.js';
import { TopUpSettingsController } from './top-up-settings.controller.js';
import { TopUpSettingsService } from './top-up-settings.service.js';
import { UsageController } from './usage/usage.controller.js';
import { UsageService } from './usage/usage.service.js';

/** The credits API: an account looks at its credits, buys packs of them, and says when to buy them automatically. */
@Module({
  imports: [SettingsModule, PaymentsModule, CustomersModule, LedgerModule, TopUpsModule, WalletsModule],
  controllers: [
    AccountCreditsController,
    AccountWalletController,
    PackPurchasesController,
    TopUpSettingsController,
    AccountDecisionsController,
    ConsentsController,
    AccountInvoicesController,
    AccountTopUpsController,
    AccountCardSetupsController,
    AccountCardsController,
    BillingController,
    CouponsController,
    CreditPacksController,
    AccountHoldsController,
    UsageController,
    PacksOnSaleController,
    PortalPurchasesController,
    PortalSettingsController,
    PortalCardsController,
    PortalPapersController,
  ],
  providers: [
    AccountCards,
    AccountSavedCards,
    AccountCreditsService,
    AccountDecisionsService,
    AccountRulesService,
    AccountWalletService,
    ConsentsService,
    AccountInvoicesService,
    AccountTopUps,
    BillingService,
    CouponsService,
    CreditsWallets,
    AccountHoldsService,
    PackPurchases,
    PacksOnSale,
    PacksService,
    PortalCards,
    PortalPurchases,
    PortalReturns,
    PortalSettings,
    PromotionalCredits,
    RenewalQueue,
    CouponGuesses,
    RedemptionsService,
    TopUpSettingsService,
    UsageService,
  ],
  exports: [CreditsWallets, PacksService],
})
export class CreditsModule {}
