import { DriverException } from '@mikro-orm/core';
import { pino } from 'pino';
import { DatabaseOutage } from './database-outage.js';
import { LogLines } from './log.js';
import { DomainError } from './shared/errors.js';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const GONE = new DriverException(REFUSED);

describe('a database that is away', () => {
  let lines: Record<string, unknown>[];
  let isBack: boolean;
  let now: number;
  let log: LogLines;
  let outage: DatabaseOutage;

  beforeEach(() => {
    [lines, isBack, now] = [[], false, 5_000_000];
    const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
    const stream = pino({ base: null, formatters: { level: (level) => ({ level }) } }, { write });
    outage = new DatabaseOutage(stream, { ping: async () => isBack, now: () => now });
    log = new LogLines(stream, outage);
  });
  afterEach(() => outage.end());

  const fail = (times: number) => {
    for (let time = 0; time < times; time += 1) log.error({ msg: 'a stage failed', err: GONE }, 'ScheduledTask');
  };
  const said = () => lines.map(({ level, msg, failures, downSeconds }) => [level, msg, failures, downSeconds]);

  it('is one line a minute for all that fails, and one when it is back, with how long it was away', async () => {
    fail(50);
    now += 59_000;
    fail(50);
    await outage.look();
    now += 1000;
    fail(1);
    isBack = true;
    now += 5000;
    await outage.look();
    await outage.look();
    expect(said()).toEqual([
      ['error', 'the database does not answer', 1, 0],
      ['error', 'the database does not answer', 100, 60],
      ['info', 'the database answers again', undefined, 65],
    ]);
  });

  it('is no more than a line a minute either when it comes and goes', async () => {
    for (let round = 0; round < 30; round += 1) {
      isBack = false;
      fail(3);
      now += 1000;
      isBack = true;
      await outage.look();
    }
    expect(said()).toEqual([
      ['error', 'the database does not answer', 1, 0],
      ['info', 'the database answers again', undefined, 1],
    ]);
  });

  it('is not what another server is that refuses a connection: the database is asked', async () => {
    isBack = true;
    log.error({ msg: 'a reconciliation failed', err: REFUSED });
    await Promise.resolve();
    isBack = false;
    log.error({ msg: 'a claim failed', err: REFUSED });
    await new Promise(setImmediate);
    log.error({ msg: 'a claim failed', err: REFUSED });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'a reconciliation failed',
      'a claim failed',
      'the database does not answer',
    ]);
  });

  it('keeps nothing else back, and is found behind the refusal that it was made into', () => {
    const refusal = new DomainError('unavailable', 'the ledger is busy', { cause: GONE });
    log.error({ msg: 'request failed', err: refusal.cause });
    log.error({ msg: 'request failed', err: new Error('a bug') });
    log.error('a sentence');
    log.warn({ msg: 'request failed', err: undefined });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the database does not answer',
      'request failed',
      'a sentence',
      'request failed',
    ]);
  });
});
