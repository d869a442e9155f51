import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { refuseExtraDigits } from '../http/fields/currency-digits.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import type { CreditTerms } from '../ledger/commands.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { Posting } from '../ledger/posting.js';
import type { EntryRecord } from '../ledger/wallet-state.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { type Decimal, divideByRate } from '../shared/decimal.js';
import { invalidField, notFound } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import { walletKey } from '../shared/shard.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { TopUpsService } from '../top-ups/purchases/top-ups.service.js';
import { bonusOf } from './bonus-of.js';
import { renderEntry, renderPending } from './render-transaction.js';
import { renderWallet } from './render-wallet.js';
import type { TopUpAnswerDto } from './transactions.dto.js';
import type { DebitWalletDto, TopUpWalletDto } from './wallet-requests.dto.js';
import { WalletCheckouts } from './wallet-checkouts.service.js';
import type { WalletDto } from './wallet-answers.dto.js';

/** Credits in and credits out. */
@Injectable()
export class WalletMovementsService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly topUps: TopUpsService,
    private readonly checkouts: WalletCheckouts,
    private readonly policy: TopUpPolicy,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
  ) {}

  /** Spends credits, all or nothing. The busiest route of all: one cached setting and one ledger command. */
  async debit(
    caller: Caller,
    walletId: string,
    body: DebitWalletDto,
    idempotency: IdempotentRequest,
  ): Promise<LedgerAnswer<WalletDto>> {
    const { manual_debit_overdraft: isUnlimited } = await this.settings.get(caller, 'wallets');
    return this.ledger.post({
      kind: 'debit',
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      idempotency,
      terms: {
        credits: body.credits,
        reason: body.transaction_reason,
        overdraft: isUnlimited ? 'any' : 'wallet',
        referenceType: 'REQUEST',
        description: body.description ?? '',
        metadata: body.metadata ?? {},
      },
      answer: ({ state }) => renderWallet(state.wallet, this.policy.stateOf(state)),
    });
  }

  /** Adds credits: at once, or (invoiced) when the invoice is paid. */
  async topUp(
    caller: Caller,
    walletId: string,
    body: TopUpWalletDto,
    idempotency?: IdempotentRequest,
  ): Promise<LedgerAnswer<TopUpAnswerDto>> {
    const credits = await this.#creditsOf(caller, walletId, body);
    if (body.checkout) {
      return this.checkouts.begin(caller, walletId, { ...body, checkout: body.checkout }, credits, idempotency);
    }
    const terms = await this.#termsOf(caller, body, credits, idempotency);
    if (body.transaction_reason === 'PURCHASED_CREDIT_INVOICED') {
      const { auto_complete_purchased_credit_transaction: isCompleted } = await this.settings.get(
        caller,
        'invoice_config',
      );
      return this.#invoiced(caller, walletId, terms, isCompleted, idempotency);
    }
    return this.ledger.post({
      kind: 'credit',
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      ...(idempotency ? { idempotency } : {}),
      terms,
      answer: (posting) => this.#answer(posting, posting.entries[0] as EntryRecord),
    });
  }

  #invoiced(
    caller: Caller,
    walletId: string,
    terms: CreditTerms,
    isCompleted: boolean,
    idempotency: IdempotentRequest | undefined,
  ): Promise<LedgerAnswer<TopUpAnswerDto>> {
    return this.topUps.requestInvoiced({
      scope: scopeOf(caller),
      walletId,
      credits: terms.credits,
      description: terms.description ?? '',
      actor: caller,
      idempotency,
      isCompleted,
      terms: {
        priority: terms.priority ?? null,
        expiresAt: terms.expiresAt ?? null,
        idempotencyKey: terms.idempotencyKey ?? '',
        metadata: terms.metadata ?? {},
      },
      bonus: terms.bonus,
      answer: (posting, topUp, pending) => ({
        wallet_transaction: posting.entries[0]
          ? renderEntry(posting.entries[0], lotOf(posting, posting.entries[0]))
          : renderPending(pending, posting.state.wallet),
        invoice_id: topUp.invoiceId,
        wallet: renderWallet(posting.state.wallet, this.policy.stateOf(posting.state)),
        checkout_session: null,
      }),
    });
  }

  #answer(posting: Posting, entry: EntryRecord): TopUpAnswerDto {
    return {
      wallet_transaction: renderEntry(entry, lotOf(posting, entry)),
      invoice_id: null,
      wallet: renderWallet(posting.state.wallet, this.policy.stateOf(posting.state)),
      checkout_session: null,
    };
  }

  /** `credits_to_add`, or `amount` at the wallet's rate for buying, which never changes. */
  async #creditsOf(caller: Caller, walletId: string, body: TopUpWalletDto): Promise<Decimal> {
    if (body.credits_to_add) return body.credits_to_add;
    if (!body.amount) throw invalidField('credits_to_add', 'is required, or amount');
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(walletId), ...scopeOf(caller) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    refuseExtraDigits(body.amount, wallet.currency, 'amount');
    const credits = divideByRate(body.amount, wallet.topupConversionRate);
    if (credits.lte(0)) throw invalidField('amount', 'is less than a billionth of a credit');
    return credits;
  }

  async #termsOf(
    caller: Caller,
    body: TopUpWalletDto,
    credits: Decimal,
    idempotency: IdempotentRequest | undefined,
  ): Promise<CreditTerms> {
    const now = this.clock.now();
    for (const field of ['expiry_date_utc', 'bonus_credits_expiry_date_utc'] as const) {
      const expiresAt = body[field];
      if (expiresAt && expiresAt <= now) throw invalidField(field, 'must be in the future');
    }
    const bonus = bonusOf(body, credits, await this.settings.get(caller, 'bonus_credits_topup_config'), now);
    return {
      credits,
      reason: body.transaction_reason,
      priority: body.priority ?? null,
      expiresAt: body.expiry_date_utc ?? null,
      referenceType: 'EXTERNAL',
      referenceId: idempotency?.key ?? '',
      description: body.description ?? '',
      metadata: body.metadata ?? {},
      idempotencyKey: idempotency?.key ?? '',
      ...(bonus ? { bonus } : {}),
    };
  }
}

function lotOf(posting: Posting, entry: EntryRecord) {
  return posting.state.lots.get(entry.id);
}
