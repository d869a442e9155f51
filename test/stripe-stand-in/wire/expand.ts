import type { Books } from '../books/books.js';
import { wrongParameter } from './stripe-failure.js';

type Found = { id: string } | undefined;
type Json = Record<string, unknown>;

/** Puts objects where an answer has ids, as `expand` asks. Answers are copies; the books stay as they are. */
export class Expander {
  readonly #finders: Readonly<Record<string, (id: string) => Found>>;

  constructor(private readonly books: Books) {
    this.#finders = {
      ch: (id) => books.chargeObjects.find(id),
      cus: (id) => books.customers.find(id),
      pi: (id) => books.paymentIntents.find(id),
      pm: (id) => books.paymentMethods.find(id),
      re: (id) => books.refunds.find(id),
      seti: (id) => books.setupIntents.find(id),
      txn: (id) => books.balanceTransactions.find(id),
    };
  }

  /** @throws {StripeFailure} 400 for a property that is no id and no object. */
  expand(answer: object, paths: readonly string[]): object {
    if (paths.length === 0) return answer;
    const copy = structuredClone(answer) as Json;
    for (const path of paths) this.#walk(copy, path.split('.'), path);
    return copy;
  }

  #walk(at: Json, [name, ...rest]: string[], path: string): void {
    if (name === undefined) return;
    if (Array.isArray(at[name])) {
      for (const item of at[name] as Json[]) this.#walk(item, rest, path);
      return;
    }
    if (at.object === 'charge' && name === 'refunds') at.refunds = this.#refundsOf(at.id as string);
    const value = at[name];
    if (value === null) return;
    at[name] = typeof value === 'string' ? this.#find(value, path) : value;
    if (typeof at[name] !== 'object') throw cannotExpand(path);
    this.#walk(at[name] as Json, rest, path);
  }

  #find(id: string, path: string): Json {
    const found = this.#finders[id.slice(0, id.indexOf('_'))]?.(id);
    if (!found) throw cannotExpand(path);
    return structuredClone(found);
  }

  #refundsOf(charge: string): object {
    const data = this.books.refunds.all().filter((refund) => refund.charge === charge);
    return { object: 'list', data: data.toReversed(), has_more: false, url: `/v1/charges/${charge}/refunds` };
  }
}

function cannotExpand(path: string): Error {
  return wrongParameter('expand', `This property cannot be expanded (${path}).`);
}
