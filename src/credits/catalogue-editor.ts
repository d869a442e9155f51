import type { Scope } from '../shared/scope.js';

/** Who changes what an environment sells, packs and coupons, and where. */
export interface CatalogueEditor extends Scope {
  keyId: string;
}
