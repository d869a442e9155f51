import { expiringEvent, limitEvents, pauseEvent, topUpEvent, type TopUpEventType } from '../../events/build-events.js';
import type { NewEvent } from '../../events/events.service.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { wordsOf } from './decision-reason.js';
import type { Told } from './top-up-state.js';

/** What the batch has to tell of a wallet's top-ups, once for each transition. */
export function eventsOf(wallet: WalletRecord, told: readonly Told[]): NewEvent[] {
  const { id: walletId, tenantId, environmentId, customerId } = wallet;
  const owner = { walletId, tenantId, environmentId, customerId };
  return told.flatMap((what) => {
    switch (what.kind) {
      case 'top_up':
        return topUpEvent(`top_up.${what.event}` satisfies TopUpEventType, what.topUp, what.reason);
      case 'auto_topup': {
        const sentence = wordsOf({ code: 'paused', figures: { pause_reason: what.reason } });
        const reason = { code: what.reason, sentence: what.event === 'paused' ? sentence : 'it was resumed' };
        return pauseEvent(`auto_topup.${what.event}`, { ...owner, trigger: null, topUpId: null, reason });
      }
      case 'limit':
        return limitEvents({ ...owner, ...what.cap, topUpId: what.topUp.id });
      case 'expiring':
        return expiringEvent({ ...owner, ...what.notice });
    }
  });
}
