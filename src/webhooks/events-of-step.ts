import type { LedgerStep } from '../ledger/ledger-policy.js';
import type { EntryRecord, WalletState } from '../ledger/wallet-state.js';
import type { AlertChange } from '../wallets/alert-policy.js';
import { type EventBody, renderAlertEvent, renderTransactionEvent, renderWalletEvent } from './render-event.js';
import type { EventType } from './event-types.js';

/**
 * What one command did to a wallet, as events: the wallet itself, then what was booked (also what had expired by then,
 * even if the command was refused), then its alerts. A bonus is part of the credit it came with.
 */
export function eventsOfStep(
  state: WalletState,
  step: LedgerStep,
  booked: readonly EntryRecord[],
  alerts: readonly AlertChange[],
): EventBody[] {
  const walletEvent = walletEventOf(state, step);
  const promised = promisedEntryOf(step);
  return [
    ...(walletEvent ? [renderWalletEvent(walletEvent, state)] : []),
    ...booked
      .filter(({ reason }) => reason !== 'PURCHASED_CREDIT_BONUS')
      .map((entry) => renderTransactionEvent(state, entry, entry.id === promised)),
    ...alerts.map((alert) => renderAlertEvent(state, alert)),
  ];
}

function walletEventOf(state: WalletState, { command, refusal }: LedgerStep): EventType | undefined {
  if (refusal) return undefined;
  switch (command.kind) {
    case 'open':
      return 'wallet.created';
    case 'update':
      return 'wallet.updated';
    case 'close':
      return 'wallet.terminated';
    case 'convert':
      return state.wallet.id === command.walletId ? 'wallet.terminated' : 'wallet.created';
    default:
      return undefined;
  }
}

/** The credit that a pending one has become. */
function promisedEntryOf({ command }: LedgerStep): string | undefined {
  return command.kind === 'credit' && command.terms.wasPending ? command.terms.id : undefined;
}
