import { decimal } from '../../shared/decimal.js';
const ROUND_DOWN = 0;
/**
 * What a pack saves against buying its credits at the catalogue's unit price: that of the dearest pack on sale in the
 * same currency. Without such a pack nothing is saved.
 */
export function discountOf(pack, dearest) {
    if (!dearest)
        return { discountPercent: 0, savingsMinor: 0 };
    // At the unit price the pack would cost `list / dearest.packAmount`; multiplied out, nothing is rounded on the way.
    const list = decimal(dearest.priceMinor).times(pack.packAmount);
    const saved = list.minus(decimal(pack.priceMinor).times(dearest.packAmount));
    if (saved.lte(0))
        return { discountPercent: 0, savingsMinor: 0 };
    return {
        discountPercent: wholeNumber(saved.times(100).div(list)),
        savingsMinor: wholeNumber(saved.div(dearest.packAmount)),
    };
}
function wholeNumber(value) {
    return Number(value.round(0, ROUND_DOWN).toFixed());
}
//# sourceMappingURL=discount-of.js.map