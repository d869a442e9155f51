/** A change of a source as it is compiled for one run. */
export interface SourceEdit {
  /** Below `src`. */
  file: string;
  /** Occurs once. */
  from: string;
  to: string;
}

/** A mistake made on purpose, which a run has to see. */
export interface PlantedFault {
  /** As in `--break=<name>`. */
  name: string;
  /** What is wrong then. */
  about: string;
  edits: SourceEdit[];
  /** Of the database, after its migrations: the last wall, so that it is the oracle that sees the mistake. */
  sql?: string[];
  /** Settings of the service. */
  environment?: Record<string, string>;
  /** Settings of PostgreSQL. */
  postgres?: string[];
}

const ENDING = 'top-ups/purchases/top-up-ending.ts';
const COURSE = 'top-ups/purchases/top-up-course.ts';
const CHANGES = 'top-ups/purchases/change-top-up.ts';
const LEDGER = 'ledger/ledger.service.ts';

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'random-provider-key',
    about: 'each confirmation has a key of its own',
    edits: [
      {
        file: 'top-ups/purchases/charge-keys.ts',
        from: ': `topup:${id}:confirm:${attempt}`',
        to: ': `${Math.random()}`',
      },
    ],
  },
  {
    name: 'credit-before-charge',
    about: 'credits are given when the payment is made, before it is confirmed',
    edits: [
      {
        file: COURSE,
        from: 'await this.steps.progress(topUp, { paymentId: created.paymentId });',
        to: 'await this.steps.progress(topUp, { paymentId: created.paymentId }); await this.ending.settle(topUp);',
      },
    ],
  },
  {
    name: 'settle-not-conditional',
    about:
      'a payment is settled by its answer and at the same moment by its event, both are believed, and the unique keys on credit and invoice are gone',
    edits: [
      {
        file: CHANGES,
        from: "if (!topUp || topUp.topUpStatus === 'succeeded' || topUp.topUpStatus === 'refunded') return hasEnded(change.topUpId);",
        to: 'if (!topUp) return hasEnded(change.topUpId);',
      },
      {
        file: ENDING,
        from: 'const result = await this.settlement.settle(topUp);',
        to: 'const [result] = await Promise.all([this.settlement.settle(topUp), this.settlement.settle(topUp)]);',
      },
    ],
    sql: ['drop index entry_top_up_unique', 'alter table invoice drop constraint invoice_top_up_unique'],
  },
  {
    name: 'time-out-is-a-decline',
    about: 'silence and 5xx of the provider are taken for a no',
    edits: [
      {
        file: 'payments/stripe/classify-stripe-answer.ts',
        from: 'return isKept(error) ? { ...unknown(reasonOf(error)), isKept: true } : unknown(reasonOf(error));',
        to: "return { kind: 'declined', code: 'silence', message: '', retry: 'later' };",
      },
    ],
  },
  {
    name: 'no-lease',
    about: 'what one process works on is taken up by the other, too',
    edits: [
      {
        file: 'top-ups/purchases/top-up-queue.ts',
        from: 'const lease = new Date(now.getTime() + LEASE_MS);',
        to: 'const lease = now;',
      },
    ],
  },
  {
    name: 'wallet-without-lock',
    about: 'wallets, and with them rules and pauses, are read without their lock, and entries may have the same number',
    edits: [{ file: 'ledger/ledger-store.ts', from: 'order by t.id for no key update of t`', to: 'order by t.id`' }],
    sql: ['drop index entry_sequence_unique'],
  },
  {
    name: 'pause-forgotten',
    about: 'the final no pauses no rule',
    edits: [
      {
        file: CHANGES,
        from: 'if (end.pause && topUp.isAutomatic) changePause(',
        to: 'if (end.pause === null) changePause(',
      },
    ],
  },
  {
    name: 'may-charge-skipped',
    about: 'what was decided once is charged, whatever has been agreed since',
    edits: [
      {
        file: 'top-ups/rules/may-charge.ts',
        from: 'const { topUp, rule } = facts;',
        to: 'if (facts.now) return { mayCharge: true }; const { topUp, rule } = facts;',
      },
    ],
  },
  {
    name: 'key-not-stored',
    about: 'first answers are not kept, and entries may have the same key',
    edits: [{ file: 'ledger/batch-answers.ts', from: 'this.fresh.push(stored);', to: '' }],
    sql: ['drop index entry_idempotency_key_unique'],
  },
  {
    name: 'webhook-not-deduplicated',
    about: 'an event that comes twice is kept twice',
    edits: [
      {
        file: 'payments/stripe/event-queue.ts',
        from: "await this.em.fork().upsert(ProviderEvent, kept, { onConflictAction: 'ignore' });",
        to: 'await this.em.fork().insert(ProviderEvent, kept);',
      },
    ],
    sql: ['alter table provider_event drop constraint provider_event_pkey'],
  },
  {
    name: 'refund-not-capped',
    about: 'more may be sent back than was charged; Stripe refuses it, so what is seen is that it was asked for',
    edits: [
      {
        file: 'top-ups/refunds/judge-refund.ts',
        from: 'if (left < 1) return refuse(',
        to: 'if (left < -1e9) return refuse(',
      },
      {
        file: 'top-ups/refunds/judge-refund.ts',
        from: "if (ask.kind === 'amount' && ask.amountMinor > left) {",
        to: "if (ask.kind === 'amount' && ask.amountMinor > left + 1e9) {",
      },
    ],
  },
  {
    name: 'clock-of-the-process',
    about: 'the clocks of the processes, which differ, decide what is when',
    edits: [],
    environment: { LEDGER_CLOCK: 'process' },
  },
  {
    name: 'answer-before-commit',
    about: 'commands are answered when they are written, before they are committed',
    edits: [
      {
        file: LEDGER,
        from: 'this.#inTransaction(commands, async (batch) => ({ outcomes: await batch.run(commands), states: batch.states })),',
        to: `new Promise((written, failed) => this.#inTransaction(commands, async (batch) => {
          written({ outcomes: await batch.run(commands), states: batch.states });
          await delay(20);
        }).catch(failed)),`,
      },
    ],
  },
  {
    name: 'commit-without-disk',
    about: 'PostgreSQL says committed before it is on the disk',
    edits: [],
    environment: { ALLOW_UNSAFE_DATABASE: 'true' },
    postgres: ['synchronous_commit=off', 'wal_writer_delay=10s'],
  },
];

/** @throws where there is no such fault */
export function plantedFault(name: string): PlantedFault {
  const fault = PLANTED_FAULTS.find((known) => known.name === name);
  if (fault) return fault;
  throw new Error(`no such fault: ${name}. There are ${PLANTED_FAULTS.map((known) => known.name).join(', ')}`);
}

/** @throws where a text to change is not there exactly once: the fault would not be planted */
export function plant({ name, edits }: PlantedFault, file: string, source: string): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((changed, { from, to }) => {
      const parts = changed.split(from);
      if (parts.length !== 2) throw new Error(`${name} cannot be planted: ${file} has ${parts.length - 1} of ${from}`);
      return parts.join(to);
    }, source);
}
