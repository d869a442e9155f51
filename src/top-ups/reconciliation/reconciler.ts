import { Injectable, Logger } from '@nestjs/common';
import type { ListedPayment, PaymentPage, PaymentProvider } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { SettingsService } from '../../settings/settings.service.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { NO_PROVIDER } from '../rules/may-charge.js';
import { type Comparison, comparePayment } from './compare-payment.js';
import type { ReturnsFinding } from './compare-returns.js';
import { PaymentSums } from './payment-sums.js';
import { readAgain, readPayment } from './read-payment.js';
import { ReturnedMoney } from './returned-money.js';
import { ReconciliationDifferences } from './reconciliation-differences.js';
import { ReconciliationFigures } from './reconciliation-figures.js';
import type { ReconciliationRun } from './reconciliation-run.entity.js';
import { type PageKey, ReconciliationRows, type TopUpSeen } from './reconciliation-rows.js';
import { ReconciliationRuns, type RunFigures } from './reconciliation-runs.js';

/** Payments, or top-ups, that are in memory at a time. */
const PAGE = 100;

/** A payment of ours and its top-up; one of them may be missing. */
interface Pair {
  payment: ListedPayment | undefined;
  topUp: TopUpSeen | undefined;
}

/** What goes on while a run does. */
interface Walk {
  run: ReconciliationRun;
  provider: PaymentProvider;
  sums: PaymentSums;
  figures: RunFigures;
}

/**
 * Holds the payments of a period, as their providers list them, against top-ups and the ledger, and these against the
 * payments. Page by page: a run of any length takes the same memory, and no transaction is open while a provider is
 * asked. What looks like a difference is read anew on both sides before it is one.
 */
@Injectable()
export class Reconciler {
  readonly #logger = new Logger('Reconciliation');

  constructor(
    private readonly providers: PaymentProviders,
    private readonly settings: SettingsService,
    private readonly rows: ReconciliationRows,
    private readonly runs: ReconciliationRuns,
    private readonly returned: ReturnedMoney,
    private readonly differences: ReconciliationDifferences,
    private readonly figures: ReconciliationFigures,
    private readonly clock: Clock,
  ) {}

  /** Names of the providers that the environment charges through, or did in the period. */
  async providersOf(run: Pick<ReconciliationRun, 'tenantId' | 'environmentId' | 'periodFrom' | 'periodTo'>) {
    const scope = scopeOf(run);
    const { provider } = await this.settings.get(scope, 'payments');
    const charged = await this.rows.providersOf(scope, { from: run.periodFrom, to: run.periodTo });
    return [...new Set([provider, ...charged])].filter((name) => name !== NO_PROVIDER);
  }

  /** A run that was begun, to its end. What stops it is kept in its row, and never thrown. */
  async reconcile(run: ReconciliationRun): Promise<ReconciliationRun> {
    const sums = new PaymentSums();
    const figures = { paymentsRead: 0, topUpsRead: 0, foreignPayments: 0, inFlight: 0, sums: sums.list() };
    const errors: string[] = [];
    try {
      for (const name of await this.providersOf(run)) {
        const error = await this.#reconcileProvider(run, name, sums, figures);
        if (error !== undefined) errors.push(`${name}: ${error}`);
      }
      await this.#findOrphans(run);
    } catch (error) {
      errors.push(reasonOf(error));
      this.#logger.error({ msg: 'a reconciliation failed', runId: run.id, err: error });
    }
    return this.#end(run, { ...figures, sums: sums.list() }, errors.join('; '));
  }

  async #end(run: ReconciliationRun, figures: RunFigures, error: string): Promise<ReconciliationRun> {
    const runStatus = error === '' ? 'finished' : 'failed';
    if (runStatus === 'finished') await this.differences.closeUnseen(run);
    const differencesOpen = await this.differences.countOpen(run);
    this.figures.count(runStatus, differencesOpen);
    if (differencesOpen > 0 || error !== '') {
      const { environmentId } = run;
      this.#logger.error({
        msg: 'a reconciliation is not green',
        runId: run.id,
        environmentId,
        differencesOpen,
        error,
      });
    }
    return this.runs.end(run, { ...figures, runStatus, error, differencesOpen });
  }

  /** @returns why it failed: the other providers of the environment have their turn all the same */
  async #reconcileProvider(
    run: ReconciliationRun,
    name: string,
    sums: PaymentSums,
    figures: RunFigures,
  ): Promise<string | undefined> {
    try {
      const provider = await this.providers.byName(scopeOf(run), name);
      if (!provider) return 'is not available to this environment';
      const walk = { run, provider, sums, figures };
      await this.#walkPayments(walk);
      await this.#walkTopUps(walk);
      return undefined;
    } catch (error) {
      // It does not answer, or keeps no list: without one nothing would be known of what is missing here.
      if (error instanceof DomainError && (error.kind === 'unavailable' || error.kind === 'invalid_operation')) {
        return error.message;
      }
      throw error;
    }
  }

  /** There, and here? */
  async #walkPayments(walk: Walk): Promise<void> {
    const { run, provider, figures } = walk;
    const { environmentId } = run;
    let after: string | null = null;
    do {
      const page: PaymentPage = await provider.listPayments({
        from: run.periodFrom,
        to: run.periodTo,
        after,
        limit: PAGE,
      });
      const own = page.payments.filter((payment) => payment.environmentId === environmentId);
      figures.paymentsRead += own.length;
      figures.foreignPayments += page.payments.length - own.length;
      await this.runs.listed(
        run,
        own.map(({ paymentId }) => paymentId),
      );
      const topUps = await this.rows.ofPayments(scopeOf(run), own);
      for (const payment of own) await this.#look(walk, { payment, topUp: topUpOf(payment, topUps) });
      await this.#renew(walk);
      after = page.next;
    } while (after !== null);
  }

  /** Here, and there? What was not listed (it was made after the period, or it is not there) is asked about one by one. */
  async #walkTopUps(walk: Walk): Promise<void> {
    const { run, provider, figures } = walk;
    const period = { provider: provider.name, runId: run.id, from: run.periodFrom, to: run.periodTo };
    let after: PageKey;
    for (;;) {
      const { topUps, isListed } = await this.rows.ofPeriod(scopeOf(run), period, after, PAGE);
      figures.topUpsRead += topUps.length;
      for (const topUp of topUps) {
        if (isListed.has(topUp.id)) continue;
        const payment = await readPayment(provider, topUp);
        // That of a page may have been listed, under an id that we do not have yet.
        if (topUp.isPage && payment && (await this.rows.isListed(run.id, payment.paymentId))) continue;
        await this.#look(walk, { payment, topUp });
      }
      await this.#renew(walk);
      if (topUps.length < PAGE) return;
      after = topUps.at(-1);
    }
  }

  async #renew({ run, figures, sums }: Walk): Promise<void> {
    await this.runs.renew(run, { ...figures, sums: sums.list() });
  }

  /** Compares, and counts. */
  async #look(walk: Walk, first: Pair): Promise<void> {
    const { provider, sums, figures } = walk;
    let pair = first;
    let result = this.#compare(pair);
    if (result !== undefined && result !== 'in_flight') {
      pair = await this.#readAgain(walk, pair);
      result = this.#compare(pair);
    }
    if (result === 'in_flight') {
      figures.inFlight += 1;
      return;
    }
    const { payment, topUp } = pair;
    // The money of a payment that was given up for another is not the top-up's.
    const isItsOwn = topUp && (topUp.paymentId === null || !payment || topUp.paymentId === payment.paymentId);
    sums.add(provider.name, payment, isItsOwn ? topUp : undefined);
    if (result) await this.#saw(walk, pair, { ...result, subject: subjectOf(pair) });
    if (payment && topUp && isItsOwn && hasReturns(payment, topUp)) await this.#lookAtReturns(walk, payment, topUp);
  }

  /** What of it has gone back: refunds and disputes are compared one by one, and with the credits that they took. */
  async #lookAtReturns(walk: Walk, payment: ListedPayment, topUp: TopUpSeen): Promise<void> {
    const { provider, sums, figures } = walk;
    const { there, here, findings, inFlight } = await this.returned.look(provider, topUp, payment.paymentId);
    figures.inFlight += inFlight;
    sums.addReturns(provider.name, topUp.currency, there, here);
    for (const finding of findings) await this.#saw(walk, { payment, topUp }, finding);
  }

  async #saw({ run, provider }: Walk, { payment, topUp }: Pair, finding: ReturnsFinding): Promise<void> {
    await this.differences.saw(run, {
      ...finding,
      provider: provider.name,
      paymentId: payment?.paymentId ?? topUp?.paymentId ?? null,
      topUpId: topUp?.id ?? payment?.topUpId ?? null,
      walletId: topUp?.walletId ?? payment?.purchase?.walletId ?? null,
      customerId: topUp?.customerId ?? payment?.customerId ?? null,
      there: payment ? sideThere(payment) : null,
      here: topUp ? sideHere(topUp) : null,
      purchase: payment?.purchase ?? null,
      occurredAt:
        payment && isWithin(run, payment.createdAt) ? payment.createdAt : (topUp?.createdAt ?? run.periodFrom),
    });
  }

  #compare({ payment, topUp }: Pair): Comparison {
    return comparePayment({
      paymentId: payment?.paymentId ?? topUp?.paymentId ?? null,
      there: payment,
      here: topUp,
      canRecreate: Boolean(payment?.purchase && payment.topUpId && payment.customerId),
      now: this.clock.now(),
    });
  }

  /** The two were read one after the other, and something may have happened in between. */
  async #readAgain({ run, provider }: Walk, { payment, topUp }: Pair): Promise<Pair> {
    const id = topUp?.id ?? payment?.topUpId;
    const before = payment ? await readAgain(provider, payment) : topUp && (await readPayment(provider, topUp));
    const now = id ? await this.rows.topUp(scopeOf(run), id) : undefined;
    return { payment: before, topUp: now };
  }

  /** The ledger, and here? */
  async #findOrphans(run: ReconciliationRun): Promise<void> {
    let after: PageKey;
    for (;;) {
      const orphans = await this.rows.orphans(scopeOf(run), { from: run.periodFrom, to: run.periodTo }, after, PAGE);
      for (const { id, walletId, customerId, topUpId, createdAt: occurredAt } of orphans) {
        const about = { subject: id, paymentId: null, topUpId, walletId, customerId, occurredAt };
        const sides = { provider: '', there: null, here: null, purchase: null };
        await this.differences.saw(run, { kind: 'credited_without_intent', repair: 'person', ...about, ...sides });
      }
      if (orphans.length < PAGE) return;
      after = orphans.at(-1);
    }
  }
}

/** By the id that was left with the payment, or by the payment. */
function topUpOf(payment: ListedPayment, topUps: readonly TopUpSeen[]): TopUpSeen | undefined {
  const byPayment = topUps.find(({ paymentId }) => paymentId === payment.paymentId);
  return byPayment ?? topUps.find(({ id }) => id === payment.topUpId);
}

function subjectOf({ payment, topUp }: Pair): string {
  return payment?.paymentId ?? topUp?.paymentId ?? topUp?.id ?? '';
}

/** Only what was credited has credits to take back: what could not be is returned by a path of its own. */
function hasReturns(payment: ListedPayment, topUp: TopUpSeen): boolean {
  const isCredited = topUp.status === 'succeeded' && topUp.credited > 0;
  return isCredited && (payment.refundedMinor > 0 || payment.isDisputed || topUp.returnsKnown > 0);
}

function sideThere({ status, amountMinor, currency, refundedMinor }: ListedPayment) {
  return { status, amountMinor, currency, refundedMinor };
}

function sideHere({ status, priceMinor, currency, paymentId, credited, refundedMinor }: TopUpSeen) {
  return { status, priceMinor, currency, paymentId, credited, refundedMinor };
}

function isWithin({ periodFrom, periodTo }: ReconciliationRun, at: Date): boolean {
  return at >= periodFrom && at < periodTo;
}

function reasonOf(error: unknown): string {
  return error instanceof DomainError ? error.message : 'an error of the service, which is in its log';
}
