import type { Schemas } from '../../session/api';

export type PackCurrency = Schemas['CreateCreditPackDto']['currency'];

/** What packs are sold in. */
export const PACK_CURRENCIES = [
  ['usd', 'USD'],
  ['eur', 'EUR'],
  ['gbp', 'GBP'],
] as const satisfies readonly (readonly [PackCurrency, string])[];
