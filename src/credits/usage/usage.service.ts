import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type CreditsPage, creditsPage, offsetOf, orderingOf } from '../../http/credits-page.js';
import { Entry } from '../../ledger/entry.entity.js';
import type { Account } from '../account.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import { renderUsage, type UsageEntryDto, type UsageFilters, type UsageQuery } from './usage.dto.js';
import { inWallet } from '../../shared/shard.js';

const ORDERINGS = { date: 'createdAt', credits: 'credits' } as const;
const NEWEST_FIRST = { property: 'createdAt', direction: 'desc' } as const;
/** Read and sent before the next ones are read: what a report holds in memory, whatever its length. */
const REPORT_PAGE = 500;

/** Every movement of an account's credits: the entries of its wallet, and nothing else. */
@Injectable()
export class UsageService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
  ) {}

  async list(account: Account, query: UsageQuery): Promise<CreditsPage<UsageEntryDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const wallet = await this.wallets.find(account);
    if (!wallet) return creditsPage([], 0, query);
    const [entries, count] = await this.em.fork().findAndCount(Entry, whereOf(wallet.id, query), {
      limit: query.length,
      offset: offsetOf(query),
      orderBy: { [property]: direction, sequence: direction },
    });
    return creditsPage(entries.map(renderUsage), count, query);
  }

  /**
   * All of it, newest first. The first page is read before this returns, so that a failure is still an answer; what is
   * booked after that is not part of the report.
   */
  async report(account: Account, filters: UsageFilters): Promise<AsyncIterable<Entry[]>> {
    const wallet = await this.wallets.find(account);
    if (!wallet) return this.#pages('', [], filters);
    return this.#pages(wallet.id, await this.#page(wallet.id, filters), filters);
  }

  async *#pages(walletId: string, first: Entry[], filters: UsageFilters): AsyncGenerator<Entry[]> {
    for (let page = first; page.length > 0;) {
      yield page;
      const last = page.at(-1);
      page = page.length < REPORT_PAGE ? [] : await this.#page(walletId, filters, last);
    }
  }

  /** By key, not by offset: the last page costs what the first one does. Sequence and time rise together. */
  async #page(walletId: string, filters: UsageFilters, after?: Entry): Promise<Entry[]> {
    const where = whereOf(walletId, filters);
    const beyond: FilterQuery<Entry> = after ? { sequence: { $lt: after.sequence } } : {};
    return this.em.fork().find(Entry, { $and: [where, beyond] }, { orderBy: { sequence: 'desc' }, limit: REPORT_PAGE });
  }
}

function whereOf(walletId: string, { date_from, date_to, kind, reference }: UsageFilters): FilterQuery<Entry> {
  return {
    ...inWallet(walletId),
    createdAt: { ...(date_from ? { $gte: date_from } : {}), ...(date_to ? { $lt: date_to } : {}) },
    ...(kind ? { counterAccount: kind } : {}),
    ...(reference ? { referenceId: reference } : {}),
  };
}
