import { DomainError } from '../../shared/errors.js';
import type { LedgerCommand, WalletSettings } from '../commands.js';
import type { WalletState } from '../wallet-state.js';
import { planClose } from './plan-close.js';
import { planConvert } from './plan-convert.js';
import { planCredit } from './plan-credit.js';
import { planDebit } from './plan-debit.js';
import { planReverse } from './plan-reverse.js';
import { planCapture, planHold, planRelease } from './plan-hold.js';
import { planFreeze, planThaw } from './plan-freeze.js';
import { planGiveBack, planTakeBack } from './plan-take-back.js';
import type { Plan, PlanContext } from './plan.js';

/** What a command would do to a wallet, or why it is refused. Pure: reads, decides, changes nothing. */
export function planCommand(state: WalletState, command: LedgerCommand, context: PlanContext): Plan | DomainError {
  const key = command.idempotency?.key ?? '';
  switch (command.kind) {
    case 'open':
      return command.credit ? planCredit(state, command.credit, context) : { entries: [] };
    case 'credit':
      return planCredit(state, command.terms, context);
    case 'debit':
      return planDebit(state, command.terms, context, key);
    case 'hold':
      return planHold(state, command);
    case 'capture':
      return planCapture(state, command.holdId, command.credits, command.final, context, key);
    case 'reverse':
      return planReverse(state, command.terms, context, key);
    case 'transfer':
      throw new Error('a transfer is planned with both its wallets');
    case 'release':
      return planRelease(state, command.holdId, command.outcome, context);
    case 'take_back':
      return planTakeBack(state, command, context);
    case 'give_back':
      return planGiveBack(state, command.terms, context);
    case 'freeze':
      return planFreeze(state, command.holdId, command.terms);
    case 'thaw':
      return planThaw(state, command.holdId);
    case 'evaluate':
      return { entries: [] };
    case 'update':
      return planUpdate(state, command.settings);
    case 'close':
      return planClose(state, context);
    case 'convert':
      return planConvert(state, context);
  }
}

function planUpdate({ wallet }: WalletState, settings: WalletSettings): Plan | DomainError {
  if (wallet.walletStatus !== 'closed') return { entries: [], settings };
  return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
}
