import type { LedgerStep } from '../ledger/ledger-policy.js';
import type { EntryRecord, WalletState } from '../ledger/wallet-state.js';
import type { AlertChange } from '../wallets/alert-policy.js';
import type { EventBody } from '../events/event-types.js';
import type { CreditTerms } from '../ledger/commands.js';
import { renderAlertEvent, renderTransactionEvent, renderWalletEvent, type WalletEventType } from './render-event.js';

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
  const terms = creditTermsOf(step);
  return [
    ...(walletEvent ? [renderWalletEvent(walletEvent, state)] : []),
    ...booked
      .filter(({ reason }) => reason !== 'PURCHASED_CREDIT_BONUS')
      .map((entry) => renderTransactionEvent(state, entry, ofCredit(entry, terms))),
    ...alerts.map((alert) => renderAlertEvent(state, alert)),
  ];
}

function walletEventOf(state: WalletState, { command, refusal }: LedgerStep): WalletEventType | undefined {
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

function creditTermsOf({ command }: LedgerStep): CreditTerms | undefined {
  return command.kind === 'credit' ? command.terms : undefined;
}

/** Whether the entry is what a pending credit has become, and what was charged for it; forfeitures booked on the way are neither. */
function ofCredit(entry: EntryRecord, terms: CreditTerms | undefined) {
  return {
    wasPending: terms?.wasPending === true && entry.id === terms.id,
    charged: entry.topUpId !== null && entry.topUpId === terms?.topUpId ? (terms.charged ?? null) : null,
  };
}
