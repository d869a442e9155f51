import { planClose } from './plan-close.js';
import { planCredit } from './plan-credit.js';
import { planDebit } from './plan-debit.js';
import { planCapture, planHold, planRelease } from './plan-hold.js';
/** What a command would do to a wallet, or why it is refused. Pure: reads, decides, changes nothing. */
export function planCommand(state, command, context) {
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
        case 'release':
            return planRelease(state, command.holdId, command.outcome, context);
        case 'evaluate':
            return { entries: [] };
        case 'close':
            return planClose(state, context);
    }
}
//# sourceMappingURL=plan-command.js.map