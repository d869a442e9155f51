import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { ReconciliationPayment, ReconciliationRun } from './reconciliation-run.entity.js';

/** While a run writes this often it is alive; after this its process is taken for gone. */
const LEASE_MS = 10 * 60_000;
/** One that failed is tried again, and not at once. */
const RETRY_AFTER_MS = 3_600_000;

/** What a run has seen so far. */
export type RunFigures = Pick<
  ReconciliationRun,
  'paymentsRead' | 'topUpsRead' | 'foreignPayments' | 'inFlight' | 'sums'
>;

/** The rows of runs: begun once, held by a lease, ended by whoever holds it. */
@Injectable()
export class ReconciliationRuns {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a run that somebody asks for.
   * @throws conflict while another run of the environment is under way
   */
  async begin(scope: Scope, period: { from: Date; to: Date }, createdBy: string): Promise<ReconciliationRun> {
    await this.#endAbandoned(scope);
    const run = await this.#insert(this.#newRun(scope, period, { origin: 'request', createdBy }));
    if (run) return run;
    throw new DomainError('conflict', 'another reconciliation of this environment is under way', {
      code: 'reconciliation_under_way',
    });
  }

  /** The day's run, if it is not done and nobody is at it: one process gets it. */
  async claimDaily(scope: Scope, period: { from: Date; to: Date }): Promise<ReconciliationRun | undefined> {
    await this.#endAbandoned(scope);
    const run = await this.#insert(this.#newRun(scope, period, { origin: 'daily', createdBy: '' }));
    return run ?? this.#takeOver(scope, period.to);
  }

  /** @throws conflict when another process has taken the run over */
  async renew(run: ReconciliationRun, figures: RunFigures): Promise<void> {
    await this.#write(run, { ...figures, leaseUntil: this.#leaseEnd() });
  }

  async end(
    run: ReconciliationRun,
    end: Pick<ReconciliationRun, 'runStatus' | 'error' | 'differencesOpen'> & RunFigures,
  ): Promise<ReconciliationRun> {
    await this.#write(run, { ...end, finishedAt: this.clock.now() });
    const em = this.em.fork();
    await em.nativeDelete(ReconciliationPayment, { runId: run.id });
    return em.findOneOrFail(ReconciliationRun, { id: run.id });
  }

  /** Keeps that the provider has listed these. */
  async listed(run: ReconciliationRun, paymentIds: readonly string[]): Promise<void> {
    if (paymentIds.length === 0) return;
    await this.em.fork().execute(
      `insert into reconciliation_payment (run_id, payment_id) values ${paymentIds.map(() => '(?, ?)').join(', ')}
       on conflict do nothing`,
      paymentIds.flatMap((id) => [run.id, id]),
    );
  }

  /** How far back runs reach without a gap; undefined before the first. */
  async lastFinishedTo(scope: Scope): Promise<Date | undefined> {
    const where = { ...scopeOf(scope), origin: 'daily' as const, runStatus: 'finished' as const };
    const last = await this.em.fork().findOne(ReconciliationRun, where, { orderBy: { periodTo: 'desc' } });
    return last?.periodTo;
  }

  async #takeOver(scope: Scope, periodTo: Date): Promise<ReconciliationRun | undefined> {
    const now = this.clock.now();
    const em = this.em.fork();
    const rows = await em.execute<{ id: string }[]>(
      `update reconciliation_run r set run_status = 'running', attempt = r.attempt + 1, lease_until = ?, started_at = ?,
         finished_at = null, error = ''
       where r.tenant_id = ? and r.environment_id = ? and r.origin = 'daily' and r.period_to = ?
         and r.run_status = 'failed' and r.finished_at <= ?
         and not exists (
           select 1 from reconciliation_run o where o.environment_id = r.environment_id and o.run_status = 'running')
       returning r.id`,
      [
        this.#leaseEnd().toISOString(),
        now.toISOString(),
        scope.tenantId,
        scope.environmentId,
        periodTo.toISOString(),
        new Date(now.getTime() - RETRY_AFTER_MS).toISOString(),
      ],
    );
    const [taken] = rows;
    if (!taken) return undefined;
    await em.nativeDelete(ReconciliationPayment, { runId: taken.id });
    return em.findOneOrFail(ReconciliationRun, { id: taken.id });
  }

  /** Runs whose process is gone have failed: a daily one is then tried again like any other. */
  async #endAbandoned(scope: Scope): Promise<void> {
    const now = this.clock.now();
    const where = { ...scopeOf(scope), runStatus: 'running' as const, leaseUntil: { $lt: now } };
    const end = { runStatus: 'failed' as const, error: 'its process has ended', finishedAt: now };
    const em = this.em.fork();
    const abandoned = await em.find(ReconciliationRun, where);
    for (const { id, attempt, leaseUntil } of abandoned) {
      await em.nativeUpdate(ReconciliationRun, { ...where, id, attempt }, { ...end, finishedAt: leaseUntil });
      await em.nativeDelete(ReconciliationPayment, { runId: id });
    }
  }

  /** @returns undefined where the day has its run, or another one is under way */
  async #insert(run: readonly string[]): Promise<ReconciliationRun | undefined> {
    const em = this.em.fork();
    const rows = await em.execute<{ id: string }[]>(
      `insert into reconciliation_run (id, tenant_id, environment_id, origin, run_status, period_from, period_to, attempt,
         lease_until, payments_read, top_ups_read, foreign_payments, in_flight, sums, differences_open, error, created_at,
         started_at, created_by)
       values (?, ?, ?, ?, 'running', ?, ?, 1, ?, 0, 0, 0, 0, '[]', 0, '', ?, ?, ?)
       on conflict do nothing returning id`,
      [...run],
    );
    const [row] = rows;
    return row && em.findOneOrFail(ReconciliationRun, { id: row.id });
  }

  async #write(run: ReconciliationRun, change: Partial<ReconciliationRun>): Promise<void> {
    const where = { id: run.id, attempt: run.attempt, runStatus: 'running' as const };
    if ((await this.em.fork().nativeUpdate(ReconciliationRun, where, change)) === 1) return;
    throw new DomainError('conflict', 'another process has taken this reconciliation over');
  }

  #newRun(
    { tenantId, environmentId }: Scope,
    { from, to }: { from: Date; to: Date },
    { origin, createdBy }: { origin: string; createdBy: string },
  ): string[] {
    const now = this.clock.now();
    const [id, at] = [newId('recon', now), now.toISOString()];
    const lease = this.#leaseEnd().toISOString();
    return [id, tenantId, environmentId, origin, from.toISOString(), to.toISOString(), lease, at, at, createdBy];
  }

  #leaseEnd(): Date {
    return new Date(this.clock.now().getTime() + LEASE_MS);
  }
}
