import { type Decimal, ZERO } from '../../shared/decimal.js';
import type { GrantFacts } from '../commands.js';
import { unheld } from '../live-lots.js';
import type { WalletState } from '../wallet-state.js';

/** What a rule may know of the grants that a command has named. */
export function factsOf(state: WalletState, frozenOf: (grantId: string) => Decimal): GrantFacts {
  return {
    isClosed: state.wallet.walletStatus === 'closed',
    grantedOf: (grantId) => state.past.get(grantId)?.entry.credits ?? ZERO,
    unspentOf: (grantId) => {
      const lot = state.lots.get(grantId);
      return lot ? unheld(lot).plus(frozenOf(grantId)) : ZERO;
    },
  };
}
