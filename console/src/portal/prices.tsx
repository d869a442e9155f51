import { moneyText } from '../parts/amounts';
import { digitsOf, fromMinor } from '../parts/digits';
import type { Schemas } from '../session/api';

export type Pack = Schemas['PackDto'];

/** Price and fee together: whole minor units, so the sum is exact. */
export function totalOf({ price, fee }: Pick<Pack, 'price' | 'fee'>): number {
  return price + fee;
}

export function minorText(minor: number, currency: string): string {
  return moneyText(fromMinor(minor, digitsOf(currency)), currency);
}

/** What a pack costs and what that is made of: said before anybody agrees. */
export function PriceLines({ pack }: { pack: Pack }) {
  const { price, fee, currency_code: currency } = pack;
  return (
    <dl className="portal-sum">
      <dt>{pack.name}</dt>
      <dd className="amount">{minorText(price, currency)}</dd>
      {fee > 0 && (
        <>
          <dt>Fee</dt>
          <dd className="amount">{minorText(fee, currency)}</dd>
        </>
      )}
      <dt>In all, taxes included</dt>
      <dd className="amount">
        <strong>{minorText(totalOf(pack), currency)}</strong>
      </dd>
    </dl>
  );
}
