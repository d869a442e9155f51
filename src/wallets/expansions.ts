import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Customer } from '../customers/customer.entity.js';
import type { CustomerDto } from '../customers/customers.dto.js';
import { renderCustomer } from '../customers/render-customer.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { shapeWallet } from './render-wallet.js';
import type { WalletDto } from './wallet-answers.dto.js';
import { WalletReader } from './wallet-reader.js';

/** An item of a list that belongs to a customer and a wallet, and has room for both. */
interface Expandable {
  customer_id: string;
  customer: CustomerDto | null;
  wallet: WalletDto | null;
}

/** Fills in what `expand` asks for, with one query for each kind. */
@Injectable()
export class Expansions {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: WalletReader,
  ) {}

  async fillIn<Item extends Expandable>(
    scope: Scope,
    items: Item[],
    expand: string[],
    walletIdOf: (item: Item) => string,
  ): Promise<void> {
    if (expand.includes('customer')) {
      const customers = await this.#customers(scope, [...new Set(items.map((item) => item.customer_id))]);
      for (const item of items) item.customer = customers.get(item.customer_id) ?? null;
    }
    if (expand.includes('wallet')) {
      const wallets = await this.#wallets(scope, [...new Set(items.map(walletIdOf))]);
      for (const item of items) item.wallet = wallets.get(walletIdOf(item)) ?? null;
    }
  }

  async #customers(scope: Scope, ids: string[]): Promise<Map<string, CustomerDto>> {
    const customers = await this.em.fork().find(Customer, { id: { $in: ids }, ...scopeOf(scope) });
    return new Map(customers.map((customer) => [customer.id, renderCustomer(customer)]));
  }

  async #wallets(scope: Scope, ids: string[]): Promise<Map<string, WalletDto>> {
    const views = await this.wallets.listByIds(scope, ids);
    return new Map(views.map(({ wallet, topUps }) => [wallet.id, shapeWallet(wallet, topUps)]));
  }
}
