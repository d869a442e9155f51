import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from '../stripe-stand-in/script/fault-script.js';
import { Customer } from './customer.js';
import { countUnresolved, type Evidence, gather } from './evidence.js';
import { Journal } from './journal.js';
import { type Findings, judge, judgeUnderLoad } from './judge.js';
import type { MortalService } from './mortal-service.js';
import type { Aims, RunOptions } from './options.js';
import type { PersistentClient } from './persistent-client.js';
import type { PlantedFault } from './planted-faults.js';
import { Random } from './random.js';
import { Scene } from './scene.js';

/** After the load, what waits for hours is due at once. */
const JUMP_MS = 2 * 3_600_000;
const RESOLVED_WITHIN_MS = 60_000;
/** What is under way by then waits for another hour. */
const AT_ONCE_MS = 10_000;
/** How often the run is looked at while it goes on. */
const LOOK_MS = 1000;
const TELL_MS = 30_000;
const STRIPE_FAULTS: FaultRule[] = [
  { path: '/v1/payment_intents/*/confirm', chance: 0.04, fault: { kind: 'hang', when: 'after' } },
  { path: '/v1/payment_intents/*/confirm', chance: 0.04, fault: { kind: 'hang', when: 'before' } },
  { path: '/v1/payment_intents/*/confirm', chance: 0.04, fault: { kind: 'reset', when: 'after' } },
  { path: '/v1/payment_intents/*/confirm', chance: 0.04, fault: { kind: 'server_error', when: 'after' } },
  { path: '/v1/payment_intents/*/confirm', chance: 0.02, fault: { kind: 'server_error', when: 'before' } },
  { path: '/v1/payment_intents/*/confirm', chance: 0.04, fault: { kind: 'unavailable', when: 'before' } },
  { method: 'POST', path: '/v1/payment_intents', chance: 0.04, fault: { kind: 'hang', when: 'after' } },
  { method: 'POST', path: '/v1/payment_intents', chance: 0.04, fault: { kind: 'reset', when: 'after' } },
  { method: 'POST', path: '/v1/payment_intents', chance: 0.04, fault: { kind: 'truncate' } },
  { method: 'POST', path: '/v1/refunds', chance: 0.1, fault: { kind: 'hang', when: 'after' } },
  { method: 'POST', path: '/v1/refunds', chance: 0.1, fault: { kind: 'server_error', when: 'after' } },
  { method: 'GET', path: '/v1/payment_intents/*', chance: 0.08, fault: { kind: 'unavailable', when: 'before' } },
  { method: 'POST', chance: 0.02, fault: { kind: 'rate_limit' } },
  { method: 'POST', chance: 0.02, fault: { kind: 'conflict' } },
];

export interface RunReport {
  /** What was done, by the name of the aim. */
  figures: { kills: number; databaseRestarts: number; acknowledged: number; charges: number; [name: string]: number };
  findings: Findings;
}

/** Everything goes wrong at once, for a while; then it is let be, and the books are compared. */
export class TortureRun {
  readonly #journal = new Journal();
  #customers: Customer[] = [];
  #databaseRestarts = 0;
  #charges = 0;
  #isOver = false;
  /** What was found while the load went on. */
  #found: { evidence: Evidence; findings: Findings } | undefined;

  private constructor(
    private readonly options: RunOptions,
    private readonly scene: Scene,
    private readonly client: PersistentClient,
  ) {}

  static async run(options: RunOptions, planted?: PlantedFault): Promise<RunReport> {
    const scene = await Scene.create(options.seed, planted);
    try {
      return await new TortureRun(options, scene, scene.client(options.seed)).#run();
    } finally {
      await scene.stop();
    }
  }

  async #run(): Promise<RunReport> {
    await this.#prepare();
    const startedAt = Date.now();
    await this.#underLoad();
    const loadSeconds = Math.round((Date.now() - startedAt) / 1000);
    if (this.#found)
      return { figures: { ...this.#figures(this.#found.evidence), loadSeconds }, findings: this.#found.findings };
    const unresolved = await this.#letItSettle();
    const evidence = await gather(this.scene.databaseUrl, this.scene.standIn, true);
    const findings = { ...judge(evidence, this.#journal), 'intents unresolved 60 s after the end': unresolved };
    return { figures: { ...this.#figures(evidence), loadSeconds }, findings };
  }

  async #prepare(): Promise<void> {
    const { client, scene } = this;
    const { pauseMs } = this.options;
    const around = { client, standIn: scene.standIn, journal: this.#journal, time: scene.time, pauseMs };
    const count = Array.from({ length: this.options.customers }, (_, index) => index);
    this.#customers = await Promise.all(
      count.map((index) => Customer.create(around, `torture-${index}`, new Random(this.options.seed + 1 + index))),
    );
    for (const rule of STRIPE_FAULTS) await scene.standIn.addFault({ times: 0, ...rule });
    await scene.standIn.addWebhookRule({ chance: 0.3, copies: 2, shuffleMs: 300 });
    await scene.standIn.addWebhookRule({ chance: 0.1, isDropped: true });
  }

  async #underLoad(): Promise<void> {
    const { services } = this.scene;
    const end = Date.now() + this.options.loadMs;
    const isOver = () => this.#isOver;
    const work = [
      ...services.map((service, index) =>
        this.#killAgainAndAgain(service, new Random(this.options.seed + 100 + index)),
      ),
      this.#stopDatabaseAgainAndAgain(new Random(this.options.seed + 200)),
      ...this.#customers.map((customer) => customer.liveUntil(isOver)),
    ];
    const failed = Promise.all(work);
    let tellAt = Date.now() + TELL_MS;
    while (!this.#isOver && Date.now() < end && !this.#isEnough()) {
      await Promise.race([delay(LOOK_MS), failed]);
      this.#charges = (await this.scene.standIn.charges()).filter(({ status }) => status === 'succeeded').length;
      if (this.options.endsWhenFound && (await this.#isFound())) break;
      if (Date.now() < tellAt) continue;
      this.options.tell?.(this.#reached());
      tellAt += TELL_MS;
    }
    this.#isOver = true;
    await failed;
  }

  /** While PostgreSQL is away there is nothing to see. */
  async #isFound(): Promise<boolean> {
    const writes = [...this.#journal.writes];
    const evidence = await gather(this.scene.databaseUrl, this.scene.standIn, false).catch(() => undefined);
    if (!evidence) return false;
    const findings = judgeUnderLoad(evidence, this.#journal, writes);
    if (Object.values(findings).every((cases) => cases.length === 0)) return false;
    this.#found = { evidence, findings };
    return true;
  }

  #isEnough(): boolean {
    const { aims } = this.options;
    const reached = this.#reached();
    return (Object.keys(aims) as (keyof Aims)[]).every((name) => reached[name] >= aims[name]);
  }

  #reached(): Aims {
    const { acknowledged } = this.#journal;
    return { kills: this.#kills, databaseRestarts: this.#databaseRestarts, acknowledged, charges: this.#charges };
  }

  get #kills(): number {
    return this.scene.services.reduce((sum, { kills }) => sum + kills, 0);
  }

  async #killAgainAndAgain(service: MortalService, random: Random): Promise<void> {
    while (!this.#isOver) {
      await delay(random.between(...this.options.lifeMs));
      // Now and then both are away at once, but not most of the time.
      if (random.between(1, 3) > 1) await this.#untilAnotherLives(service);
      if (this.#isOver) return;
      await service.kill();
      await service.start();
    }
  }

  async #untilAnotherLives(service: MortalService): Promise<void> {
    const others = this.scene.services.filter((other) => other !== service);
    while (!this.#isOver && !others.some(({ isAlive }) => isAlive)) await delay(50);
  }

  async #stopDatabaseAgainAndAgain(random: Random): Promise<void> {
    while (!this.#isOver) {
      const wakeAt = Date.now() + random.between(...this.options.databaseLifeMs);
      while (!this.#isOver && Date.now() < wakeAt) await delay(100);
      if (this.#isOver || this.#databaseRestarts >= this.options.aims.databaseRestarts) return;
      await this.scene.postgres.crash();
      await this.scene.postgres.restart();
      this.#databaseRestarts += 1;
    }
  }

  /** Nothing goes wrong any more. What is under way must end, and after the rules are switched off all of it. */
  async #letItSettle(): Promise<string[]> {
    await this.scene.standIn.clearFaults();
    await this.scene.standIn.clearOutcomes();
    await this.scene.continueLater(JUMP_MS);
    const end = Date.now() + RESOLVED_WITHIN_MS;
    // What has to be asked about twice waits for its second time.
    if ((await this.#count('busy', Date.now() + AT_ONCE_MS)) > 0) await this.scene.continueLater(JUMP_MS);
    const busy = await this.#count('busy', end);
    await Promise.all(this.#customers.map((customer) => customer.stopBuying()));
    const open = await this.#count('open', end);
    return [...(busy > 0 ? [`${busy} under way`] : []), ...(open > 0 ? [`${open} open without a rule`] : [])];
  }

  /** @returns how many are left at `end`, or none before */
  async #count(which: 'busy' | 'open', end: number): Promise<number> {
    for (;;) {
      const left = await countUnresolved(this.scene.databaseUrl, which);
      if (left === 0 || Date.now() > end) return left;
      await delay(250);
    }
  }

  #figures({ charges, topUps, calls, entries }: Evidence): RunReport['figures'] {
    const { writes, edits, cards, acknowledged, offPeriods, refunds } = this.#journal;
    return {
      kills: this.#kills,
      databaseRestarts: this.#databaseRestarts,
      acknowledged,
      charges: charges.filter(({ status }) => status === 'succeeded').length,
      writes: writes.length,
      edits,
      cards,
      offPeriods: offPeriods.length,
      refunds: refunds.length,
      repeatedRequests: this.client.repeats,
      declinedCharges: charges.filter(({ status }) => status === 'failed').length,
      topUps: topUps.length,
      entries: entries.length,
      requestsToStripe: calls.length,
      faultsOfStripe: calls.filter(({ fault }) => fault !== null).length,
    };
  }
}
