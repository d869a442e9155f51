import type { Stripe } from 'stripe';
import { newId } from '../books/ids.js';
import { noSuch, refused } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import type { Charging } from './charging.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';

/** In minor units of whatever currency; Stripe's own differs by country. */
const FEE_MINOR = 1500;
const DUE_IN_SECONDS = 9 * 24 * 3600;

export interface DisputeTerms {
  /** Minor units; the whole charge where left out. */
  amountMinor?: number;
  reason?: string;
  /** An inquiry takes no money. */
  isInquiry?: boolean;
  feeMinor?: number;
}

/** Disputes: opened by the customer's bank (a test card or the script), decided by evidence or the script. */
export class Disputes {
  constructor(
    private readonly account: Account,
    private readonly charging: Charging,
  ) {}

  open(chargeId: string, terms: DisputeTerms = {}): Stripe.Dispute {
    const charge = this.account.books.chargeObjects.find(chargeId);
    if (!charge) throw noSuch('charge', chargeId, 'charge');
    if (!charge.paid) throw refused('A charge that took no money cannot be disputed.');
    const changed = this.account.books.chargeObjects.put({ ...charge, disputed: true });
    const dispute = this.#put(this.#new(charge, terms));
    this.account.emit('charge.dispute.created', dispute);
    this.account.emit('charge.updated', changed, { disputed: false });
    return terms.isInquiry ? dispute : this.#withdraw(dispute, terms.feeMinor ?? FEE_MINOR);
  }

  /** An inquiry becomes a chargeback. */
  escalate(id: string, feeMinor = FEE_MINOR): Stripe.Dispute {
    const inquiry = this.retrieve(id);
    if (!inquiry.status.startsWith('warning_')) throw refused('Only an inquiry can become a chargeback.');
    const dispute = this.#put({ ...inquiry, is_charge_refundable: false, status: 'needs_response' });
    this.account.emit('charge.dispute.updated', dispute, { status: inquiry.status });
    return this.#withdraw(dispute, feeMinor);
  }

  /** @param returnsFee whether the account gets its fee back; it mostly does not. */
  win(id: string, returnsFee = false): Stripe.Dispute {
    const dispute = this.#checkUndecided(id);
    const isInquiry = dispute.status.startsWith('warning_');
    const closed = this.#close(dispute, isInquiry ? 'warning_closed' : 'won');
    if (isInquiry) return closed;
    const charge = this.#chargeOf(dispute);
    const feeMinor = returnsFee ? (dispute.balance_transactions[0]?.fee ?? 0) : 0;
    const line = this.charging.book({
      charge,
      kind: 'dispute_won',
      amountMinor: dispute.amount,
      feeMinor: -feeMinor,
      source: id,
    });
    if (feeMinor > 0) this.charging.move(charge, 'dispute_fee_returned', feeMinor);
    const paid = this.#put({ ...closed, balance_transactions: [...closed.balance_transactions, line] });
    this.account.emit('charge.dispute.funds_reinstated', paid);
    return paid;
  }

  lose(id: string): Stripe.Dispute {
    return this.#close(this.#checkUndecided(id), 'lost');
  }

  retrieve(id: string): Stripe.Dispute {
    const dispute = this.account.books.disputes.find(id);
    if (!dispute) throw noSuch('dispute', id);
    return dispute;
  }

  list(params: Stripe.DisputeListParams): Stripe.ApiList<Stripe.Dispute> {
    const wanted = this.account.books.disputes
      .all()
      .filter(({ charge }) => params.charge === undefined || charge === params.charge)
      .filter(({ payment_intent: id }) => params.payment_intent === undefined || id === params.payment_intent);
    return pageOf(wanted, '/v1/disputes', params);
  }

  /** Evidence that is submitted decides at once where it is one of the two texts that Stripe documents for tests. */
  update(id: string, params: Stripe.DisputeUpdateParams): Stripe.Dispute {
    const before = this.#checkUndecided(id);
    const isSubmitted = params.submit !== false && params.evidence !== undefined;
    const after = this.#put({
      ...before,
      evidence: { ...before.evidence, ...(params.evidence as object) },
      evidence_details: { ...before.evidence_details, has_evidence: true, submission_count: isSubmitted ? 1 : 0 },
      metadata: mergeMetadata(before.metadata, params.metadata),
      status: isSubmitted ? before.status.replace('needs_response', 'under_review') : before.status,
    });
    this.account.emit('charge.dispute.updated', after, { status: before.status });
    const text = params.evidence?.uncategorized_text;
    if (isSubmitted && text === 'winning_evidence') return this.win(id);
    if (isSubmitted && text === 'losing_evidence') return this.lose(id);
    return after;
  }

  /** Accepts that the customer is right. */
  close(id: string): Stripe.Dispute {
    return this.lose(id);
  }

  #withdraw(dispute: Stripe.Dispute, feeMinor: number): Stripe.Dispute {
    const charge = this.#chargeOf(dispute);
    const line = this.charging.book({
      charge,
      kind: 'dispute',
      amountMinor: -dispute.amount,
      feeMinor,
      source: dispute.id,
    });
    if (feeMinor > 0) this.charging.move(charge, 'dispute_fee', -feeMinor);
    const withdrawn = this.#put({ ...dispute, balance_transactions: [line] });
    this.account.emit('charge.dispute.funds_withdrawn', withdrawn);
    return withdrawn;
  }

  #close(dispute: Stripe.Dispute, status: 'lost' | 'warning_closed' | 'won'): Stripe.Dispute {
    const closed = this.#put({ ...dispute, status });
    this.account.emit('charge.dispute.closed', closed, { status: dispute.status });
    return closed;
  }

  #checkUndecided(id: string): Stripe.Dispute {
    const dispute = this.retrieve(id);
    if (!['lost', 'warning_closed', 'won'].includes(dispute.status)) return dispute;
    throw refused('This dispute is already closed.');
  }

  #chargeOf(dispute: Stripe.Dispute): Stripe.Charge {
    return this.account.books.chargeObjects.find(dispute.charge as string) as Stripe.Charge;
  }

  #put(dispute: Stripe.Dispute): Stripe.Dispute {
    return this.account.books.disputes.put(dispute);
  }

  #new(charge: Stripe.Charge, terms: DisputeTerms): Stripe.Dispute {
    const isInquiry = terms.isInquiry === true;
    return {
      id: newId('du'),
      object: 'dispute',
      amount: terms.amountMinor ?? charge.amount - charge.amount_refunded,
      balance_transactions: [],
      charge: charge.id,
      created: this.account.nowSeconds(),
      currency: charge.currency,
      enhanced_eligibility_types: [],
      evidence: NO_EVIDENCE,
      evidence_details: {
        due_by: this.account.nowSeconds() + DUE_IN_SECONDS,
        enhanced_eligibility: {},
        has_evidence: false,
        past_due: false,
        submission_count: 0,
        submission_method: 'manual',
      },
      intended_submission_method: null,
      is_charge_refundable: isInquiry,
      livemode: false,
      metadata: {},
      payment_intent: charge.payment_intent,
      reason: terms.reason ?? 'fraudulent',
      status: isInquiry ? 'warning_needs_response' : 'needs_response',
    };
  }
}

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
