import type { ProviderDispute, ProviderRefund } from '../../payments/payment-provider.js';
import type { DisputeStatus } from './dispute.entity.js';
import type { RefundStatus } from './refund.entity.js';

/** What is known here of a refund that the provider lists. */
export interface KnownRefund {
  refundStatus: RefundStatus;
  /** Null while only we know of it, or believe that the provider has refused it. */
  providerRefundId: string | null;
}

/** What a refund of ours is asked for under, always. */
export function refundKeyOf(refundId: string): string {
  return `refund:${refundId}`;
}

/** Ours is told by the key that it was asked for under, before we know what the provider calls it. */
export function isSameRefund(
  { id, providerRefundId }: { id: string; providerRefundId?: string | null },
  listed: Pick<ProviderRefund, 'id' | 'key'>,
): boolean {
  return providerRefundId === listed.id || listed.key === refundKeyOf(id);
}

/** `begin`: it was made elsewhere. `take`: it has succeeded after we took it for refused. */
export type RefundStep = 'none' | 'begin' | 'succeed' | 'fail' | 'take';

/** What follows from the provider's record of a refund. Said twice, late or in another order it is nothing new. */
export function judgeProviderRefund(
  known: KnownRefund | undefined,
  listed: Pick<ProviderRefund, 'status'>,
): RefundStep {
  if (!known) return listed.status === 'failed' ? 'none' : 'begin';
  switch (known.refundStatus) {
    case 'pending':
      if (listed.status === 'succeeded') return 'succeed';
      return listed.status === 'failed' ? 'fail' : 'none';
    case 'succeeded':
      // The customer's bank has sent it back.
      return listed.status === 'failed' ? 'fail' : 'none';
    case 'failed':
      // What the provider itself has failed stays so: this reading is an old one.
      return known.providerRefundId === null && listed.status !== 'failed' ? 'take' : 'none';
  }
}

/** `note`: only its fee has become known. */
export type DisputeStep = 'none' | 'open' | 'win' | 'lose' | 'note';

/** What follows from the provider's record of a dispute. One that was closed is not opened again by an old reading. */
export function judgeProviderDispute(
  known: { disputeStatus: DisputeStatus; feeMinor: number } | undefined,
  listed: Pick<ProviderDispute, 'status' | 'feeMinor'>,
): DisputeStep {
  const before = known?.disputeStatus;
  if (listed.status === before) return known && listed.feeMinor !== known.feeMinor ? 'note' : 'none';
  if (listed.status === 'open') return before === undefined ? 'open' : 'none';
  if (before === 'won' || before === 'lost') return 'none';
  return listed.status === 'won' ? 'win' : 'lose';
}
