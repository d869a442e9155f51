import { type Decimal, max, min, ZERO } from '../../shared/decimal.js';
import type { LedgerCommand } from '../commands.js';
import { availableCredits, spendableCredits, type WalletState } from '../wallet-state.js';
import { coveredCredits } from './plan-debit.js';

/** The wallet of which a command moves, moves over or dates every lot; undefined where the first lots may do. */
export function walletReadWhole(command: LedgerCommand): string | undefined {
  switch (command.kind) {
    case 'transfer':
    case 'close':
    case 'convert':
      return command.walletId;
    case 'credit':
      return command.terms.purchasedExpireAt ? command.walletId : undefined;
    default:
      return undefined;
  }
}

/** Credits that a command may take from lots in spend order: of these the lots must have been read. */
export function creditsInOrder(state: WalletState, command: LedgerCommand): Decimal {
  switch (command.kind) {
    case 'debit':
      return coveredCredits(state, command.terms) ?? ZERO;
    case 'hold':
      return command.credits.gt(availableCredits(state)) ? ZERO : command.credits;
    case 'capture':
      return max(ZERO, min(command.credits, spendableCredits(state)));
    default:
      return ZERO;
  }
}
