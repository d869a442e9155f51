import { NO_CARD } from './account-cards.js';
const PACK_FIELD = 'auto_top_up_credits_pack';
/**
 * Why a change of the settings is refused, field by field; undefined when it is not. Switching automatic top-up off, in
 * whole or in part, is never refused.
 */
export function checkSettings(facts) {
    const { from, change, offered, hasCard } = facts;
    const to = {
        onExpiration: change.onExpiration ?? from.onExpiration,
        onInsufficient: change.onInsufficient ?? from.onInsufficient,
    };
    const isOn = to.onExpiration || to.onInsufficient;
    const isAgreement = change.onExpiration === true || change.onInsufficient === true || change.pack != null;
    const errors = {};
    if (change.pack) {
        const packErrors = faultsOfSent(change.pack, offered);
        if (packErrors)
            errors[PACK_FIELD] = packErrors;
    }
    else if (isOn && (change.pack === null || !from.pack)) {
        errors[PACK_FIELD] = ['is required when automatic top-up is on'];
    }
    else if (from.pack && isTurnedOn(from, to)) {
        const fault = faultOfKept(from.pack, offered);
        if (fault)
            errors[PACK_FIELD] = [fault];
    }
    if (isOn && isAgreement && !hasCard)
        errors['non_field_errors'] = [NO_CARD];
    return Object.keys(errors).length > 0 ? errors : undefined;
}
/** Nobody agrees to one price and is charged another. */
function faultsOfSent(sent, offered) {
    if (!offered)
        return { id: ['unknown pack'] };
    if (!offered.isOnSale)
        return { id: ['is no longer on sale'] };
    const errors = {};
    const currency = offered.currency.toUpperCase();
    if (sent.price !== undefined && sent.price !== offered.priceMinor) {
        errors['price'] = [`is ${offered.priceMinor} in the catalogue`];
    }
    if (sent.currency_code && sent.currency_code !== currency) {
        errors['currency_code'] = [`is ${currency} in the catalogue`];
    }
    if (sent.pack_amount !== undefined && sent.pack_amount !== offered.packAmount) {
        errors['pack_amount'] = [`is ${offered.packAmount} in the catalogue`];
    }
    return Object.keys(errors).length > 0 ? errors : undefined;
}
/** What was agreed to long ago is not agreed to again by a flag alone, once the offer is another. */
function faultOfKept(kept, offered) {
    if (!offered?.isOnSale)
        return 'is no longer on sale: choose another pack';
    const isSame = offered.priceMinor === kept.priceMinor &&
        offered.currency === kept.currency &&
        offered.packAmount === kept.packAmount;
    return isSame ? undefined : 'has changed since it was chosen: send it again';
}
function isTurnedOn(from, to) {
    return (to.onExpiration && !from.onExpiration) || (to.onInsufficient && !from.onInsufficient);
}
//# sourceMappingURL=check-settings.js.map