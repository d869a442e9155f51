import type { PaymentReturns, ProviderDispute, ProviderRefund } from '../../payments/payment-provider.js';
import type { Decimal } from '../../shared/decimal.js';
import type { DisputeStatus } from '../refunds/dispute.entity.js';
import { isSameRefund, judgeProviderDispute, judgeProviderRefund } from '../refunds/judge-return.js';
import type { RefundStatus } from '../refunds/refund.entity.js';
import { LOOKUPS_MS } from '../schedule/schedule.js';
import type { Finding } from './compare-payment.js';

/** What a row says that was taken from the ledger for money that went back, and what its entries have taken. Credits. */
export interface TakenCredits {
  /** Debt included. */
  booked: Decimal;
  taken: Decimal;
}

export interface ComparedRefund extends TakenCredits {
  id: string;
  providerRefundId: string | null;
  refundStatus: RefundStatus;
  amountMinor: number;
  createdAt: Date;
}

export interface ComparedDispute extends TakenCredits {
  id: string;
  providerDisputeId: string;
  disputeStatus: DisputeStatus;
  amountMinor: number;
  feeMinor: number;
}

/** What of a purchase has gone back by our own rows. */
export interface ReturnsHere {
  refunds: ComparedRefund[];
  disputes: ComparedDispute[];
}

/** A finding, and which refund or dispute it is about: by the provider's id where it has one. */
export type ReturnsFinding = Finding & { subject: string };

export interface ReturnsComparison {
  findings: ReturnsFinding[];
  /** Refunds that were asked for so lately that they may arrive yet. */
  inFlight: number;
}

/** What the two disagree about that has gone back of one payment: refunds and disputes one by one, in both directions. */
export function compareReturns(there: PaymentReturns, here: ReturnsHere, now: Date): ReturnsComparison {
  const missing = here.refunds.filter(
    (row) => isLive(row) && !there.refunds.some((listed) => isSameRefund(row, listed)),
  );
  const late = missing.filter((row) => !isOnItsWay(row, now));
  return {
    inFlight: missing.length - late.length,
    findings: [
      ...there.refunds.flatMap((listed) => compareRefund(listed, here.refunds)),
      ...there.disputes.flatMap((listed) => compareDispute(listed, here.disputes)),
      ...late.map((row) => refundMissingThere(row)),
      ...here.disputes
        .filter((row) => !there.disputes.some(({ id }) => id === row.providerDisputeId))
        .map((row) => person('dispute_missing_at_provider', row.providerDisputeId)),
      ...[...here.refunds.filter((row) => isLive(row)), ...here.disputes]
        .filter((row) => !isTaken(row))
        .map(({ id }) => person('not_taken_back', id)),
    ],
  };
}

function compareRefund(listed: ProviderRefund, rows: readonly ComparedRefund[]): ReturnsFinding[] {
  const known = rows.find((row) => isSameRefund(row, listed));
  const isAgreed = judgeProviderRefund(known, listed) === 'none';
  if (!known) return isAgreed ? [] : [{ kind: 'refund_missing_here', repair: 'returns', subject: listed.id }];
  if (isLive(known) && known.amountMinor !== listed.amountMinor) return [person('refund_amount', listed.id)];
  return isAgreed ? [] : [{ kind: 'refund_status', repair: 'returns', subject: listed.id }];
}

function compareDispute(listed: ProviderDispute, rows: readonly ComparedDispute[]): ReturnsFinding[] {
  const known = rows.find(({ providerDisputeId }) => providerDisputeId === listed.id);
  if (!known) return [{ kind: 'dispute_missing_here', repair: 'returns', subject: listed.id }];
  if (known.amountMinor !== listed.amountMinor) return [person('dispute_amount', listed.id)];
  const isAgreed = judgeProviderDispute(known, listed) === 'none' && known.disputeStatus === listed.status;
  if (isAgreed) return [];
  const canFollow = judgeProviderDispute(known, listed) !== 'none';
  return [{ kind: 'dispute_status', repair: canFollow ? 'returns' : 'person', subject: listed.id }];
}

/** One that was asked for and never arrived is asked for again; one that we were told is done is nobody's to repeat. */
function refundMissingThere({ id, refundStatus }: ComparedRefund): ReturnsFinding {
  const repair = refundStatus === 'pending' ? 'refund' : 'person';
  return { kind: 'refund_missing_at_provider', repair, subject: id };
}

function isLive({ refundStatus }: ComparedRefund): boolean {
  return refundStatus !== 'failed';
}

function isOnItsWay({ refundStatus, createdAt }: ComparedRefund, now: Date): boolean {
  return refundStatus === 'pending' && now.getTime() - createdAt.getTime() < LOOKUPS_MS;
}

/** A row that took twice names its last entry only, which then has less than the row. */
function isTaken({ booked, taken }: TakenCredits): boolean {
  return booked.lte(0) ? taken.eq(0) : taken.gt(0) && taken.lte(booked);
}

function person(kind: Finding['kind'], subject: string): ReturnsFinding {
  return { kind, repair: 'person', subject };
}
