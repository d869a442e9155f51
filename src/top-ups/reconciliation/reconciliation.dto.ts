import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { DIFFERENCE_KINDS, type DifferenceKind, REPAIRS } from './compare-payment.js';
import { DIFFERENCE_STATES, type ReconciliationDifference } from './reconciliation-difference.entity.js';
import type { ReconciliationRun } from './reconciliation-run.entity.js';

export class StartReconciliationDto {
  @IsOptional()
  @IsTimestamp({ description: 'Payments created from then on, RFC 3339; seven days before `to` if absent.' })
  from?: Date | null;
  @IsOptional()
  @IsTimestamp({ description: 'Payments created before then, RFC 3339; now if absent.' })
  to?: Date | null;
}

/**
 * Payments of one provider in one currency. Where nothing differs, `charged` is `paid`, `paid` is `credited` and `returned`,
 * and what went back is what is booked.
 */
export class ReconciliationSumDto {
  /** @example "stripe" */
  provider!: string;
  /** ISO 4217, lower case.
   * @example "usd" */
  currency!: string;
  /** Payments that the provider has taken. */
  @ApiProperty({ type: 'integer', example: 120 })
  charged_count!: number;
  /** Their sum, minor units. */
  @ApiProperty({ type: 'integer', example: 600000 })
  charged_minor!: number;
  /** Top-ups that say they are paid. */
  @ApiProperty({ type: 'integer', example: 120 })
  paid_count!: number;
  @ApiProperty({ type: 'integer', example: 600000 })
  paid_minor!: number;
  /** Entries of the ledger that credit them. */
  @ApiProperty({ type: 'integer', example: 120 })
  credited_count!: number;
  @ApiProperty({ type: 'integer', example: 600000 })
  credited_minor!: number;
  /** Top-ups whose money goes back, or went: their wallet took no credits. */
  @ApiProperty({ type: 'integer', example: 0 })
  returned_count!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  returned_minor!: number;
  /** Refunds of credited payments that the provider has, but failed ones. */
  @ApiProperty({ type: 'integer', example: 2 })
  refunded_count!: number;
  @ApiProperty({ type: 'integer', example: 10000 })
  refunded_minor!: number;
  /** The same by what is stored here. */
  @ApiProperty({ type: 'integer', example: 2 })
  refunds_booked_count!: number;
  @ApiProperty({ type: 'integer', example: 10000 })
  refunds_booked_minor!: number;
  /** Disputes of credited payments, however they ended. */
  @ApiProperty({ type: 'integer', example: 0 })
  disputed_count!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  disputed_minor!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  disputes_booked_count!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  disputes_booked_minor!: number;
  /** Credits that refunds and lost disputes say they took, debt included.
   * @example "100" */
  credits_booked_back!: string;
  /** Credits that the ledger's entries took for them.
   * @example "100" */
  credits_taken_back!: string;
}

/** One comparison of payments with top-ups and the ledger. */
export class ReconciliationRunDto {
  /** @example "recon_01KAHZ5Q7X0000000000000000" */
  id!: string;
  @ApiProperty({ enum: ['daily', 'request'], description: 'Whether the service made it, or a request.' })
  origin!: string;
  @ApiProperty({
    enum: ['running', 'finished', 'failed'],
    description: 'A failed one may have found something all the same.',
  })
  status!: string;
  from!: string;
  to!: string;
  /** Payments of this environment that its providers listed. */
  @ApiProperty({ type: 'integer', example: 120 })
  payments_read!: number;
  /** Top-ups of the period that were charged. */
  @ApiProperty({ type: 'integer', example: 120 })
  top_ups_read!: number;
  /** Payments of the same account at the provider that are not of this environment. */
  @ApiProperty({ type: 'integer', example: 0 })
  foreign_payments!: number;
  /** Paid and not credited yet, as it may be for 73 minutes: no differences. */
  @ApiProperty({ type: 'integer', example: 0 })
  in_flight!: number;
  sums!: ReconciliationSumDto[];
  /** Differences that it saw and that were open at its end. */
  @ApiProperty({ type: 'integer', example: 0 })
  differences_open!: number;
  /** Why it failed, or empty.
   * @example "" */
  error!: string;
  created_at!: string;
  finished_at!: string | null;
}

export class ReconciliationRunListDto {
  items!: ReconciliationRunDto[];
  pagination!: Pagination;
}

/** A payment as its provider has it. */
export class DifferenceThereDto {
  @ApiProperty({ enum: ['succeeded', 'processing', 'open', 'canceled'] })
  status!: string;
  /** Minor units; null where they cannot be counted. */
  @ApiProperty({ type: 'integer', nullable: true, example: 5000 })
  amount_minor!: number | null;
  /** @example "usd" */
  currency!: string | null;
  @ApiProperty({ type: 'integer', example: 0 })
  refunded_minor!: number;
}

/** A top-up and its credits as they are stored. */
export class DifferenceHereDto {
  /** @example "failed" */
  status!: string;
  @ApiProperty({ type: 'integer', example: 5000 })
  amount_minor!: number;
  /** @example "usd" */
  currency!: string;
  /** How many entries of the ledger credit it. */
  @ApiProperty({ type: 'integer', example: 0 })
  credited!: number;
  /** Minor units that went back or are on their way. */
  @ApiProperty({ type: 'integer', example: 0 })
  refunded_minor!: number;
}

/** Something that a provider and this service do not agree about. */
export class DifferenceDto {
  /** @example "diff_01KAHZ5Q7X0000000000000000" */
  id!: string;
  @ApiProperty({ enum: DIFFERENCE_KINDS })
  kind!: string;
  @ApiProperty({ enum: DIFFERENCE_STATES })
  state!: string;
  @ApiProperty({ enum: REPAIRS, description: 'What `repair` would do; `person`: nothing, somebody has to look at it.' })
  repair!: string;
  /** @example "stripe" */
  provider!: string;
  payment_id!: string | null;
  top_up_id!: string | null;
  wallet_id!: string | null;
  customer_id!: string | null;
  /** Null: the provider has no such payment. */
  there!: DifferenceThereDto | null;
  /** Null: there is no such top-up. */
  here!: DifferenceHereDto | null;
  occurred_at!: string;
  first_seen_at!: string;
  last_seen_at!: string;
  resolved_at!: string | null;
  /** The key that repaired or accepted it; `run` where a later run did not find it any more; empty. */
  resolved_by!: string;
  /** Why it was accepted, or why the last repair did not succeed. */
  note!: string;
}

export class DifferenceListDto {
  items!: DifferenceDto[];
  pagination!: Pagination;
}

export class DifferenceListQuery extends WalletsPageQuery {
  @ApiProperty({ enum: DIFFERENCE_STATES, required: false })
  @IsOptional()
  @IsIn(DIFFERENCE_STATES)
  state?: (typeof DIFFERENCE_STATES)[number];

  @ApiProperty({ enum: DIFFERENCE_KINDS, required: false })
  @IsOptional()
  @IsIn(DIFFERENCE_KINDS)
  kind?: DifferenceKind;
}

export class AcceptDifferenceDto {
  @IsText({ min: 1, max: 1000, description: 'What was done about it, or why nothing is.', example: 'refunded by hand' })
  note!: string;
}

export function renderRun(run: ReconciliationRun): ReconciliationRunDto {
  return {
    id: run.id,
    origin: run.origin,
    status: run.runStatus,
    from: formatTimestamp(run.periodFrom),
    to: formatTimestamp(run.periodTo),
    payments_read: run.paymentsRead,
    top_ups_read: run.topUpsRead,
    foreign_payments: run.foreignPayments,
    in_flight: run.inFlight,
    sums: run.sums,
    differences_open: run.differencesOpen,
    error: run.error,
    created_at: formatTimestamp(run.createdAt),
    finished_at: formatTimestampOrNull(run.finishedAt),
  };
}

export function renderDifference(row: ReconciliationDifference): DifferenceDto {
  const { there, here } = row;
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    repair: row.repair,
    provider: row.provider,
    payment_id: row.paymentId ?? null,
    top_up_id: row.topUpId ?? null,
    wallet_id: row.walletId ?? null,
    customer_id: row.customerId ?? null,
    there: there
      ? {
          status: there.status,
          amount_minor: there.amountMinor,
          currency: there.currency,
          refunded_minor: there.refundedMinor,
        }
      : null,
    here: here
      ? {
          status: here.status,
          amount_minor: here.priceMinor,
          currency: here.currency,
          credited: here.credited,
          refunded_minor: here.refundedMinor,
        }
      : null,
    occurred_at: formatTimestamp(row.occurredAt),
    first_seen_at: formatTimestamp(row.firstSeenAt),
    last_seen_at: formatTimestamp(row.lastSeenAt),
    resolved_at: formatTimestampOrNull(row.resolvedAt),
    resolved_by: row.resolvedBy,
    note: row.note,
  };
}
