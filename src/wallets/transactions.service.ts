import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { invalidField, notFound } from '../shared/errors.js';
import type { Scope } from '../shared/scope.js';
import { Expansions } from './expansions.js';
import { type TransactionPage, TransactionReader } from './transaction-reader.js';
import type { TransactionSearch } from './transactions.dto.js';

/** Transactions of one wallet or of all: entries, and the pending credits among them. */
@Injectable()
export class TransactionsService {
  constructor(
    private readonly reader: TransactionReader,
    private readonly expansions: Expansions,
    private readonly clock: Clock,
  ) {}

  async ofWallet(scope: Scope, walletId: string, search: TransactionSearch): Promise<TransactionPage> {
    const page = await this.#find(scope, { ...search, id: walletId });
    if (!page) throw notFound('wallet', { wallet_id: walletId });
    const { at } = search;
    if (at && at > this.clock.now()) throw invalidField('at', 'must not be in the future');
    if (at && search.credits_available_gt) throw invalidField('credits_available_gt', 'can not be combined with at');
    return page;
  }

  async search(scope: Scope, search: TransactionSearch): Promise<TransactionPage> {
    return (await this.#find(scope, search)) ?? { items: [], total: 0 };
  }

  /** @returns undefined when it is of a wallet that is not the scope's */
  async #find(scope: Scope, search: TransactionSearch): Promise<TransactionPage | undefined> {
    const page = await this.reader.list(scope, search);
    if (page) await this.expansions.fillIn(scope, page.items, search.expand ?? [], (item) => item.wallet_id);
    return page;
  }
}
