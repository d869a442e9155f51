import type { FieldErrors } from '../shared/errors.js';
import { NO_CARD } from './account-cards.js';
import type { PricedPack } from './packs/credit-packs.dto.js';

/** Automatic top-up as it is, or is to be. */
export interface Settings<Pack> {
  onExpiration: boolean;
  onInsufficient: boolean;
  pack: Pack | null;
}

/** The pack as the request describes it; what is undefined was not sent. */
export interface SentPack {
  id: string;
  price?: number | undefined;
  fee?: number | undefined;
  currency_code?: string | undefined;
  pack_amount?: number | undefined;
}

/** A pack of the catalogue. */
export type OfferedPack = PricedPack & { isOnSale: boolean };

/** What a request changes; undefined stays as it is. */
export interface SettingsChange {
  onExpiration?: boolean | undefined;
  onInsufficient?: boolean | undefined;
  pack?: SentPack | null | undefined;
}

export interface SettingsFacts<Pack extends PricedPack> {
  from: Settings<Pack>;
  change: SettingsChange;
  /** What the catalogue has under the id of the pack that is sent, or else of the one that is kept. */
  offered: OfferedPack | undefined;
  hasCard: boolean;
  /** Of the account's wallet: what a pack is sold in is what fills it. Lower case. */
  walletCurrency: string;
}

const PACK_FIELD = 'auto_top_up_credits_pack';

/**
 * Why a change of the settings is refused, field by field; undefined when it is not. Switching automatic top-up off, in
 * whole or in part, is never refused.
 */
export function checkSettings<Pack extends PricedPack>(facts: SettingsFacts<Pack>): FieldErrors | undefined {
  const { from, change, offered, hasCard, walletCurrency } = facts;
  const to = {
    onExpiration: change.onExpiration ?? from.onExpiration,
    onInsufficient: change.onInsufficient ?? from.onInsufficient,
  };
  const isOn = to.onExpiration || to.onInsufficient;
  const isAgreement = change.onExpiration === true || change.onInsufficient === true || change.pack != null;
  const errors: FieldErrors = {};
  if (change.pack) {
    const packErrors = faultsOfSent(change.pack, offered, walletCurrency);
    if (packErrors) errors[PACK_FIELD] = packErrors;
  } else if (isOn && (change.pack === null || !from.pack)) {
    errors[PACK_FIELD] = ['is required when automatic top-up is on'];
  } else if (from.pack && isTurnedOn(from, to)) {
    const fault = faultOfKept(from.pack, offered, walletCurrency);
    if (fault) errors[PACK_FIELD] = [fault];
  }
  if (isOn && isAgreement && !hasCard) errors['non_field_errors'] = [NO_CARD];
  return Object.keys(errors).length > 0 ? errors : undefined;
}

/** Nobody agrees to one price and is charged another. */
function faultsOfSent(
  sent: SentPack,
  offered: OfferedPack | undefined,
  walletCurrency: string,
): FieldErrors | undefined {
  if (!offered) return { id: ['unknown pack'] };
  if (!offered.isOnSale) return { id: ['is no longer on sale'] };
  const foreign = faultOfCurrency(offered.currency, walletCurrency);
  if (foreign) return { id: [foreign] };
  const errors: FieldErrors = {};
  const currency = offered.currency.toUpperCase();
  if (sent.price !== undefined && sent.price !== offered.priceMinor) {
    errors['price'] = [`is ${offered.priceMinor} in the catalogue`];
  }
  if (sent.fee !== undefined && sent.fee !== offered.feeMinor) errors['fee'] = [`is ${offered.feeMinor} now`];
  if (sent.currency_code && sent.currency_code !== currency) {
    errors['currency_code'] = [`is ${currency} in the catalogue`];
  }
  if (sent.pack_amount !== undefined && sent.pack_amount !== offered.packAmount) {
    errors['pack_amount'] = [`is ${offered.packAmount} in the catalogue`];
  }
  return Object.keys(errors).length > 0 ? errors : undefined;
}

/** What was agreed to long ago is not agreed to again by a flag alone, once the offer is another. */
function faultOfKept(kept: PricedPack, offered: OfferedPack | undefined, walletCurrency: string): string | undefined {
  if (!offered?.isOnSale) return 'is no longer on sale: choose another pack';
  const isSame =
    offered.priceMinor === kept.priceMinor &&
    offered.feeMinor <= kept.feeMinor &&
    offered.currency === kept.currency &&
    offered.packAmount === kept.packAmount;
  if (!isSame) return 'has changed since it was chosen: send it again';
  return faultOfCurrency(kept.currency, walletCurrency);
}

/** There are no rates of our own: money of one currency does not silently become credits of another. Names both. */
export function faultOfCurrency(packCurrency: string, walletCurrency: string): string | undefined {
  if (packCurrency === walletCurrency) return undefined;
  const [pack, wallet] = [packCurrency.toUpperCase(), walletCurrency.toUpperCase()];
  return `is sold in ${pack}, but the account's wallet is in ${wallet}`;
}

function isTurnedOn(from: Settings<unknown>, to: Pick<Settings<unknown>, 'onExpiration' | 'onInsufficient'>): boolean {
  return (to.onExpiration && !from.onExpiration) || (to.onInsufficient && !from.onInsufficient);
}
