import { Distribution } from '../shared/distribution.js';
import { CommandQueue } from './command-queue.js';
import type { LedgerCommand } from './commands.js';

const GROUP_LIMIT = 256;

interface Waiting {
  name: string;
  command: LedgerCommand;
}

describe('the queue of the writer', () => {
  const answer = () => null;
  const terms = {} as never;
  function command(walletId: string, more: Partial<LedgerCommand> = {}, tenantId = 'one'): LedgerCommand {
    const scope = { tenantId, environmentId: 'env' };
    const actor = { keyId: 'key', requestId: 'req' };
    return { kind: 'debit', scope, walletId, actor, terms, answer, ...more } as LedgerCommand;
  }
  const transfer = (from: string, to: string) =>
    command(from, { kind: 'transfer', terms: { toWalletId: to } as never });

  function queueOf(commands: LedgerCommand[], groupsAtOnce = 2): CommandQueue<Waiting> {
    const queue = new CommandQueue<Waiting>(GROUP_LIMIT, () => groupsAtOnce, new Distribution());
    commands.forEach((one, index) => queue.push({ name: `${index}:${one.walletId}`, command: one }));
    return queue;
  }
  const many = (count: number, walletOf: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => command(walletOf(index)));
  const push = (queue: CommandQueue<Waiting>, commands: LedgerCommand[]) =>
    commands.forEach((one) => queue.push({ name: one.walletId, command: one }));
  const walletsIn = (group: readonly Waiting[] | undefined) => group?.map(({ command: { walletId } }) => walletId);

  it('gives all that waits to a group that is alone, however few they are', () => {
    const queue = queueOf(many(3, () => 'hot'));
    expect(walletsIn(queue.next())).toEqual(['hot', 'hot', 'hot']);
    expect([queue.size, queue.isDue, queue.next()]).toEqual([0, false, undefined]);
  });

  it('begins a second one beside it of 24 commands about other wallets, and no third', () => {
    const queue = queueOf(many(1, () => 'first'));
    queue.next();
    push(
      queue,
      many(23, (index) => `w${index}`),
    );
    expect(queue.next()).toBeUndefined();
    push(
      queue,
      many(1, () => 'last'),
    );
    expect(queue.next()).toHaveLength(24);
    push(
      queue,
      many(100, (index) => `x${index}`),
    );
    expect(queue.next()).toBeUndefined();
  });

  it('never has a wallet in two groups, and leaves what waits for it in its order', () => {
    const queue = queueOf(many(1, () => 'hot'));
    const first = queue.next();
    push(queue, [command('hot', { idempotency: { key: '1', requestHash: '' } }), ...many(24, (index) => `w${index}`)]);
    push(queue, [command('hot', { idempotency: { key: '2', requestHash: '' } })]);
    const second = queue.next();
    expect(walletsIn(second)).not.toContain('hot');
    expect(second).toHaveLength(24);
    queue.ended(first ?? []);
    push(
      queue,
      many(24, (index) => `x${index}`),
    );
    const keys = queue.next()?.flatMap(({ command: { idempotency } }) => idempotency?.key ?? []);
    expect(keys).toEqual(['1', '2']);
  });

  it('keeps what is behind a transfer that waits from overtaking it on either of its wallets', () => {
    const queue = queueOf(many(1, () => 'a'));
    queue.next();
    push(queue, [transfer('b', 'a'), command('b'), ...many(30, (index) => `w${index}`)]);
    expect(walletsIn(queue.next())).toEqual(many(30, (index) => `w${index}`).map(({ walletId }) => walletId));
    expect(queue.size).toBe(2);
  });

  it('keeps a guard waiting for the rows beside a command of its tenant, in whichever group that is', () => {
    const also = async () => undefined;
    const guard = async () => undefined;
    const queue = queueOf([command('a', { also })]);
    queue.next();
    push(queue, [...many(24, (index) => `w${index}`), command('guarded', { guard }), command('behind')]);
    expect(walletsIn(queue.next())).toHaveLength(24);
    expect(queue.size).toBe(2);
    const alone = queueOf([command('a', { also }), command('b', { guard }), command('c')]);
    expect(walletsIn(alone.next())).toEqual(['a']);
  });

  it('has one group at a time where there is no connection for two', () => {
    const queue = queueOf(
      many(1, () => 'first'),
      1,
    );
    const first = queue.next();
    push(
      queue,
      many(100, (index) => `w${index}`),
    );
    expect([queue.isDue, queue.next()]).toEqual([false, undefined]);
    queue.ended(first ?? []);
    expect(queue.next()).toHaveLength(100);
  });

  it('looks through a queue that is all about one wallet once for each 24 that come, not for each', () => {
    const queue = queueOf(many(1, () => 'hot'));
    const first = queue.next();
    push(
      queue,
      many(24, () => 'hot'),
    );
    expect([queue.isDue, queue.next(), queue.isDue]).toEqual([true, undefined, false]);
    push(
      queue,
      many(23, () => 'hot'),
    );
    expect(queue.isDue).toBe(false);
    push(
      queue,
      many(1, () => 'hot'),
    );
    expect(queue.isDue).toBe(true);
    queue.ended(first ?? []);
    expect(queue.next()).toHaveLength(48);
  });

  describe('of a distributed database', () => {
    /** Wallets that begin with the same letter are of one piece. */
    const distribution = {
      isDistributed: true,
      pieceOf: (ids: string[]) => [...new Set(ids.map((id) => id.charAt(0)))].sort().join(' '),
    } as Distribution;
    function queueOfPieces(commands: LedgerCommand[], groupsAtOnce = 8): CommandQueue<Waiting> {
      const queue = new CommandQueue<Waiting>(GROUP_LIMIT, () => groupsAtOnce, distribution);
      push(queue, commands);
      return queue;
    }

    it('has a group of its own for each piece, however few commands it has', () => {
      const queue = queueOfPieces([command('a1'), command('b1'), command('a2'), command('b2')]);
      expect(walletsIn(queue.next())).toEqual(['a1', 'a2']);
      expect(walletsIn(queue.next())).toEqual(['b1', 'b2']);
      expect([queue.size, queue.isDue]).toEqual([0, false]);
    });

    it('lets what comes for a piece wait for the group that is under way there', () => {
      const queue = queueOfPieces([command('a1')]);
      const first = queue.next() as Waiting[];
      push(queue, [command('a2'), command('b1')]);
      expect(walletsIn(queue.next())).toEqual(['b1']);
      expect(queue.next()).toBeUndefined();
      queue.ended(first);
      expect(walletsIn(queue.next())).toEqual(['a2']);
    });

    it('has no other commands beside a transfer of two pieces', () => {
      const queue = queueOfPieces([transfer('a1', 'b1'), command('a2'), command('b2'), transfer('b3', 'a3')]);
      expect(walletsIn(queue.next())).toEqual(['a1', 'b3']);
      expect(walletsIn(queue.next())).toEqual(['a2']);
      expect(walletsIn(queue.next())).toEqual(['b2']);
    });
  });
});
