const SETTLEMENT_MS = 5000;
function declining(code, message, retry) {
    return { kind: 'refuse', outcome: { kind: 'declined', code, message, retry } };
}
/** Every sandbox token. All are Visa cards that do not exist. */
export const SANDBOX_CARDS = new Map([
    ['pm_sandbox_approve', { last4: '4242', behaviour: { kind: 'charge' } }],
    [
        'pm_sandbox_decline',
        { last4: '9995', behaviour: declining('insufficient_funds', 'The card has insufficient funds.', 'later') },
    ],
    [
        'pm_sandbox_decline_hard',
        { last4: '9987', behaviour: declining('lost_card', 'The card was reported lost.', 'never') },
    ],
    ['pm_sandbox_hang', { last4: '0341', behaviour: { kind: 'charge_then_hang' } }],
    ['pm_sandbox_hang_before', { last4: '0358', behaviour: { kind: 'hang' } }],
    [
        'pm_sandbox_requires_action',
        { last4: '3184', behaviour: { kind: 'refuse', outcome: { kind: 'requires_action', actionUrl: null } } },
    ],
    ['pm_sandbox_processing', { last4: '0077', behaviour: { kind: 'charge_later', settlesAfterMs: SETTLEMENT_MS } }],
    ['pm_sandbox_error_once', { last4: '0119', behaviour: { kind: 'fail_once' } }],
]);
/** The card that every new customer of a development environment gets. */
export const APPROVING_SANDBOX_TOKEN = 'pm_sandbox_approve';
//# sourceMappingURL=sandbox-cards.js.map