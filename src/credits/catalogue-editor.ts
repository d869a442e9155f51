import type { Author } from '../auth/audit/author.js';
import type { Scope } from '../shared/scope.js';

/** Who changes what an environment sells, packs and coupons, and where. */
export interface CatalogueEditor extends Scope, Author {}
