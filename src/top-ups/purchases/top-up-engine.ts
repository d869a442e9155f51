import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { RunningWork } from '../../shared/running-work.js';
import type { Scope } from '../../shared/scope.js';
import { Tally } from '../../shared/tally.js';
import { asOwnWork } from '../../shared/turn.js';
import { withinScope } from '../../shared/sight.js';
import { TopUpPolicy } from '../rules/top-up-policy.js';
import { TopUpCourse } from './top-up-course.js';
import { TopUpQueue } from './top-up-queue.js';
import type { TopUp } from './top-up.entity.js';

/** Top-ups that rounds of one process work on at a time. They are not waited for: a provider that hangs holds no round. */
const PLACES = 100;
/** Of them those of one environment: a provider that hangs for one tenant leaves the others their places. */
const ENVIRONMENT_PLACES = 20;
const REPORT_EVERY_MS = 60_000;

/** When a top-up is worked on, and by how many at once: nudged by a commit, found by a round, or looked at again. */
@Injectable()
export class TopUpEngine implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('TopUps');
  readonly #running = new RunningWork();
  /** How many top-ups of an environment are under way. */
  readonly #underWay = new Tally();
  /** Environments that may have more waiting than they had places for. */
  readonly #crowded = new Set<string>();
  #reported: ReadonlySet<string> = new Set();
  #reportAt = 0;

  constructor(
    private readonly policy: TopUpPolicy,
    private readonly queue: TopUpQueue,
    private readonly course: TopUpCourse,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.policy.onDue = (ids) => this.#running.track(asOwnWork(() => this.#driveAll(ids)));
  }

  /** Takes up nothing more and lets what is under way finish; the next process takes up the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#running.stop();
  }

  /** Resolves when nothing that this process started is under way. */
  async idle(): Promise<void> {
    await this.#running.idle();
  }

  /** Takes up what is due, whoever left it, and does not wait for it. @returns how many were taken up. */
  async sweep(): Promise<number> {
    if (this.#running.isStopping) return 0;
    const due = await this.#takeUp();
    const places = this.#freePlaces();
    if (places > 0) {
      const ended = await this.queue.claimRechecks(places, (environmentId) => this.#roomOf(environmentId));
      for (const topUp of ended) this.#running.track(this.#work(topUp, () => this.course.recheck(topUp)));
    }
    await this.#reportStuck();
    return due;
  }

  /** Advances a top-up that was stored with its lease taken, and returns it as it is afterwards. */
  async drive(topUp: TopUp): Promise<TopUp> {
    const work = this.#work(topUp, () => this.course.advance(topUp));
    this.#running.track(work);
    await work;
    return this.queue.reread(topUp);
  }

  /**
   * Something has become of a payment. Its top-up is looked at now, as the scheduled task would later: the payment is read
   * from its provider. One that is being charged at this moment is its process's, and one that waits for its next try
   * waits on.
   * @throws unavailable while the service stops
   */
  async lookAgain(scope: Scope, paymentId: string): Promise<void> {
    if (this.#running.isStopping) throw new DomainError('unavailable', 'the service stops');
    const [waiting] = await this.queue.claimByPayment(scope, paymentId);
    const topUp = waiting ?? (await this.queue.findEnded(scope, paymentId));
    if (!topUp) return;
    const work = this.#work(topUp, () => (waiting ? this.course.advance(topUp) : this.course.recheck(topUp)));
    this.#running.track(work);
    await work;
  }

  /**
   * Reads the payment of a top-up, in whatever state that is, and settles it if it is paid. What somebody else has done
   * about it meanwhile stands.
   * @throws unavailable while the service stops
   */
  async recheck(topUp: TopUp): Promise<TopUp> {
    if (this.#running.isStopping) throw new DomainError('unavailable', 'the service stops');
    const work = this.#work(topUp, () => this.course.recheck(topUp));
    this.#running.track(work);
    await work;
    return this.queue.reread(topUp);
  }

  async #driveAll(ids: string[]): Promise<void> {
    if (this.#running.isStopping) return;
    try {
      const claimed = await this.queue.claim(ids);
      await Promise.all(claimed.map((topUp) => this.#work(topUp, () => this.course.advance(topUp))));
    } catch (error) {
      this.#logger.error({ msg: 'top-ups could not be taken up; the scheduled task will', err: error });
    }
  }

  async #takeUp(): Promise<number> {
    const places = this.#freePlaces();
    if (places <= 0) return 0;
    const due = await this.queue.claimDue(places, (environmentId) => this.#roomOf(environmentId));
    for (const topUp of due) this.#running.track(this.#work(topUp, () => this.course.advance(topUp)));
    for (const [environmentId, count] of this.#underWay) {
      if (count >= ENVIRONMENT_PLACES) this.#crowded.add(environmentId);
    }
    return due.length;
  }

  /** What was nudged is taken up without asking for a place, so an environment may hold more than its own; it costs no other. */
  #freePlaces(): number {
    let taken = 0;
    for (const [, count] of this.#underWay) taken += Math.min(count, ENVIRONMENT_PLACES);
    return PLACES - taken;
  }

  #roomOf(environmentId: string): number {
    return ENVIRONMENT_PLACES - this.#underWay.of(environmentId);
  }

  async #work(topUp: TopUp, work: () => Promise<void>): Promise<void> {
    const { environmentId } = topUp;
    this.#underWay.add(environmentId);
    await withinScope(topUp, () => this.#safely(topUp, work));
    const left = this.#underWay.remove(environmentId);
    // Half of the places free again is worth looking for more, before the next round does.
    if (left <= ENVIRONMENT_PLACES / 2 && this.#crowded.delete(environmentId)) this.#running.track(this.#takeUpMore());
  }

  async #takeUpMore(): Promise<void> {
    if (this.#running.isStopping) return;
    try {
      await this.#takeUp();
    } catch (error) {
      this.#logger.error({ msg: 'top-ups could not be taken up; the scheduled task will', err: error });
    }
  }

  /** One that fails must not stop the others: it keeps its lease, and is looked at again when that ends. */
  async #safely(topUp: TopUp, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Somebody else has gone on with it, or ended it: what they did stands.
      if (error instanceof DomainError && error.kind === 'conflict') return;
      this.#logger.error({ msg: 'a top-up could not be advanced', topUpId: topUp.id, err: error });
    }
  }

  /** Once for each: an operator should look at it. It is in the details of /health too. */
  async #reportStuck(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#reportAt) return;
    this.#reportAt = now + REPORT_EVERY_MS;
    const stuck = await this.queue.findStuck(PLACES);
    for (const { id, status, since } of stuck) {
      if (this.#reported.has(id)) continue;
      this.#logger.warn({ msg: 'a top-up has made no progress for 15 minutes', topUpId: id, status, since });
    }
    this.#reported = new Set(stuck.map(({ id }) => id));
  }
}
