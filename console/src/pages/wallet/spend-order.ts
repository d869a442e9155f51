import { compare } from '../../parts/decimals';
import type { Schemas } from '../../session/api';

type Lot = Schemas['LotDto'];

/** Which is spent first, as the ledger has it: priority, then expiry, none of either last; larger grants, then older ones. */
export function bySpendOrder(one: Lot, other: Lot): number {
  return (
    nullsLast(one.priority, other.priority, (a, b) => a - b) ||
    nullsLast(one.expires_at, other.expires_at, byText) ||
    compare(other.credits, one.credits) ||
    byText(one.created_at, other.created_at) ||
    byText(one.id, other.id)
  );
}

function nullsLast<Value>(one: Value | null, other: Value | null, by: (a: Value, b: Value) => number): number {
  if (one === null) return other === null ? 0 : 1;
  return other === null ? -1 : by(one, other);
}

/** Instants of the API are all of one length, and sort as texts. */
function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
