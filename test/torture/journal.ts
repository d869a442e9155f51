/** A write that the service has answered: what the customer believes from then on. */
export interface Write {
  /** In the description of its entry, and its idempotency key. */
  id: string;
  walletId: string;
  kind: 'debit' | 'grant';
  /** Whole credits. */
  credits: number;
  isAccepted: boolean;
}

/** The rule of a wallet as its owner knows it. */
export interface AgreedRule {
  enabled: boolean;
  threshold: number;
  amount: number;
}

/** Money that a customer got back, as the service has answered. Whole credits, each of them 100 minor units. */
export interface AgreedRefund {
  topUpId: string;
  credits: number;
}

/** While it lasts nothing may be charged: from the answer to "off" until "on" was sent. By the run's time. */
export interface OffPeriod {
  walletId: string;
  customerId: string;
  from: number;
  until: number;
}

/** What was asked for and answered, kept outside of the service. */
export class Journal {
  readonly writes: Write[] = [];
  readonly rules = new Map<string, AgreedRule>();
  readonly offPeriods: OffPeriod[] = [];
  readonly refunds: AgreedRefund[] = [];
  /** How many cards of a customer were lost: each may be refused once. */
  readonly lostCards = new Map<string, number>();
  /** Answers that no customer should get. */
  readonly surprises: string[] = [];
  edits = 0;
  cards = 0;

  get acknowledged(): number {
    return this.writes.length + this.edits + this.cards + this.refunds.length;
  }
}
