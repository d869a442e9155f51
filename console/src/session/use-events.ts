import { useEffect } from 'react';
import { queries } from './queries';

const STREAM = '/v1/webhooks/events/stream';
const GATHER_MS = 250;
/** Between two looks, so that a busy environment is not asked without a pause. */
const REST_MS = 1000;
const COME_AGAIN_MS = 10_000;
/** What of the cache an event makes stale: by the first word of its type (`wallet.transaction.created` is about wallets). */
const STALE: Readonly<Record<string, readonly string[]>> = {
  wallet: ['wallets', 'customers', 'transactions', 'analytics'],
  credits: ['wallets', 'analytics'],
  top_up: ['top-ups', 'wallets', 'transactions', 'payments', 'analytics'],
  auto_topup: ['wallets', 'analytics'],
  limit: ['wallets'],
  payment_method: ['customers'],
  invoice: ['invoices', 'payments', 'top-ups', 'analytics'],
};

/**
 * Looks again at what has changed, when the service says that it has. Events that come together are one look. A connection
 * that was lost the browser opens again, from where it was; one that was refused (too many are open) it does not, so it is
 * opened anew.
 * @param mayListen whether the session has the scope `webhooks:read`; without it queries grow stale by themselves
 */
export function useEvents(mayListen: boolean): void {
  useEffect(() => {
    if (!mayListen) return undefined;
    let source: EventSource;
    const stale = new Set<string>();
    let again: ReturnType<typeof setTimeout> | undefined;
    let isLooking = false;
    // One look has its answers before the next begins: a look that each event began anew would never end.
    const look = async () => {
      isLooking = true;
      await pause(GATHER_MS);
      while (stale.size > 0) {
        const looks = [...stale].map((about) => queries.invalidateQueries({ queryKey: [about] }));
        stale.clear();
        await Promise.all(looks);
        await pause(REST_MS);
      }
      isLooking = false;
    };
    const notice = (abouts: readonly string[]) => {
      for (const about of abouts) stale.add(about);
      if (!isLooking) void look();
    };
    const open = () => {
      source = new EventSource(STREAM);
      source.addEventListener('message', ({ data }: MessageEvent<string>) => notice(STALE[firstWordOf(data)] ?? []));
      // What was read before the first `ready`, or behind a gap, may be older than what will be told of.
      for (const name of ['ready', 'reset']) {
        source.addEventListener(name, () => notice(Object.values(STALE).flat()));
      }
      source.addEventListener('error', () => {
        if (source.readyState === EventSource.CLOSED) again = setTimeout(open, COME_AGAIN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(again);
      source.close();
      stale.clear();
    };
  }, [mayListen]);
}

function firstWordOf(data: string): string {
  const { event_type: type } = JSON.parse(data) as { event_type: string };
  return type.split('.')[0] ?? '';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
