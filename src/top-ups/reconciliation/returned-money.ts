import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Entry } from '../../ledger/entry.entity.js';
import type { PaymentProvider, PaymentReturns } from '../../payments/payment-provider.js';
import { Clock } from '../../shared/clock.js';
import { type Decimal, ZERO } from '../../shared/decimal.js';
import { inWallet } from '../../shared/shard.js';
import { readReturned } from '../refunds/purchase-returns.js';
import { compareReturns, type ReturnsComparison, type ReturnsHere } from './compare-returns.js';

/** What has gone back of one payment, on both sides. */
export interface ReturnsSeen extends ReturnsComparison {
  there: PaymentReturns;
  here: ReturnsHere;
}

interface TakingRow {
  credits: Decimal;
  bonusCredits: Decimal;
  transactionId?: string | null;
  bonusTransactionId?: string | null;
}

/** Holds what has gone back of a payment, as its provider lists it, against refunds, disputes and the ledger. */
@Injectable()
export class ReturnedMoney {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /**
   * What looks like a difference is read anew on both sides before it is one.
   * @throws unavailable where the provider does not answer; invalid_operation where it keeps no such list
   */
  async look(
    provider: PaymentProvider,
    topUp: { id: string; walletId: string },
    paymentId: string,
  ): Promise<ReturnsSeen> {
    const seen = await this.#read(provider, topUp, paymentId);
    return seen.findings.length === 0 ? seen : this.#read(provider, topUp, paymentId);
  }

  async #read(
    provider: PaymentProvider,
    topUp: { id: string; walletId: string },
    paymentId: string,
  ): Promise<ReturnsSeen> {
    const there = await provider.readReturns(paymentId);
    const here = await this.#here(topUp);
    return { there, here, ...compareReturns(there, here, this.clock.now()) };
  }

  async #here({ id, walletId }: { id: string; walletId: string }): Promise<ReturnsHere> {
    const em = this.em.fork();
    const { refunds, disputes } = await readReturned(em, id);
    const ids = [...refunds, ...disputes].flatMap((row) => entriesOf(row));
    const entries = ids.length === 0 ? [] : await em.find(Entry, { ...inWallet(walletId), id: { $in: ids } });
    const creditsOf = (row: TakingRow) => {
      const own = entries.filter((entry) => entriesOf(row).includes(entry.id));
      const taken = own.reduce((total, { credits }) => total.minus(credits), ZERO);
      return { booked: row.credits.plus(row.bonusCredits), taken };
    };
    return {
      refunds: refunds.map((row) => ({
        ...creditsOf(row),
        id: row.id,
        providerRefundId: row.providerRefundId ?? null,
        refundStatus: row.refundStatus,
        amountMinor: row.amountMinor,
        createdAt: row.createdAt,
      })),
      disputes: disputes.map((row) => ({
        ...creditsOf(row),
        id: row.id,
        providerDisputeId: row.providerDisputeId,
        disputeStatus: row.disputeStatus,
        amountMinor: row.amountMinor,
        feeMinor: row.feeMinor,
      })),
    };
  }
}

function entriesOf({ transactionId, bonusTransactionId }: TakingRow): string[] {
  return [transactionId, bonusTransactionId].filter((id) => id != null);
}
