import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Customer } from '../customers/customer.entity.js';
import { CustomersService } from '../customers/customers.service.js';
import { DomainError } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import { Wallet } from './wallet.entity.js';

/** A customer is not deleted while a wallet of theirs is open: what is in it would be nobody's. */
@Injectable()
export class WalletOwners implements OnModuleInit {
  constructor(private readonly customers: CustomersService) {}

  onModuleInit(): void {
    this.customers.onDelete = refuseWithWallets;
  }
}

async function refuseWithWallets(tx: EntityManager, customer: Customer): Promise<void> {
  const where = { ...scopeOf(customer), customerId: customer.id, walletStatus: { $ne: 'closed' as const } };
  const wallet = await tx.findOne(Wallet, where, { orderBy: { id: 'asc' } });
  if (!wallet) return;
  throw new DomainError('invalid_operation', 'the customer has active wallets: terminate them first', {
    details: { customer_id: customer.id, wallet_id: wallet.id },
  });
}
