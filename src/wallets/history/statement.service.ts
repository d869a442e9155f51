import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BalanceHistoryService } from '../../ledger/balance-history.service.js';
import { toDate } from '../../ledger/sql-table.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { type Decimal, decimal } from '../../shared/decimal.js';
import { invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { StatementLineDto } from './statement.dto.js';

/** Lines of one read: some 300 KB, so that a statement of any length needs no more than a few of these. */
const LINES_PER_READ = 1000;

export interface Period {
  from?: Date | undefined;
  to?: Date | undefined;
}

/** A period of a wallet: entries `after` < number <= `upTo`. Entries never change, so neither does the period's past. */
export interface Statement {
  walletId: string;
  currency: string;
  from: Date | null;
  to: Date;
  after: number;
  upTo: number;
  opening: Decimal;
  closing: Decimal;
}

interface LineRow {
  sequence: number;
  created_at: string;
  id: string;
  type: string;
  reason: string;
  description: string;
  reference_type: string;
  reference_id: string;
  credits: string;
  balance_after: string;
}

/** Statements: entries in the order of their numbers, each with the balance that was stored with it. */
@Injectable()
export class StatementService {
  constructor(
    private readonly em: EntityManager,
    private readonly history: BalanceHistoryService,
    private readonly clock: Clock,
  ) {}

  async open(scope: Scope, walletId: string, { from, to }: Period): Promise<Statement> {
    const wallet = await this.em.fork().findOne(Wallet, { id: walletId, ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const now = this.clock.now();
    if (from && from > (to ?? now))
      throw invalidField('from', to ? 'must not be after to' : 'must not be in the future');
    const after = from ? await this.history.lastSequence(walletId, from, '<') : 0;
    const upTo = await this.history.lastSequence(walletId, to, '<');
    const balances = await this.#balancesAfter(walletId, [after, upTo]);
    const balance = (sequence: number) => decimal(balances.get(sequence) ?? '0');
    return {
      walletId,
      currency: wallet.currency,
      from: from ?? null,
      to: to ?? now,
      after,
      upTo,
      opening: balance(after),
      closing: balance(upTo),
    };
  }

  /** Lines after the first `offset` ones, oldest first. */
  async lines({ walletId, after, upTo }: Statement, offset: number, limit: number): Promise<StatementLineDto[]> {
    // Numbers have no gaps: the page is where its numbers are, at any depth.
    const first = after + offset;
    const last = Math.min(upTo, first + limit);
    if (first >= last) return [];
    const rows = await this.em.fork().execute<LineRow[]>(
      `select sequence, created_at, id, type, reason, description, reference_type, reference_id,
         trim_scale(credits)::text as credits, trim_scale(balance_after)::text as balance_after
       from entry where wallet_id = ? and sequence > ? and sequence <= ? order by sequence`,
      [walletId, first, last],
    );
    return rows.map(renderLine);
  }

  /** All lines, read as fast as they are taken and no faster. */
  async *allLines(statement: Statement): AsyncGenerator<StatementLineDto[]> {
    const count = statement.upTo - statement.after;
    for (let offset = 0; offset < count; offset += LINES_PER_READ) {
      yield await this.lines(statement, offset, LINES_PER_READ);
    }
  }

  async #balancesAfter(walletId: string, sequences: number[]): Promise<Map<number, string>> {
    const rows = await this.em
      .fork()
      .execute<{ sequence: number; balance_after: string }[]>(
        'select sequence, balance_after::text from entry where wallet_id = ? and sequence in (?, ?)',
        [walletId, ...sequences],
      );
    return new Map(rows.map((row) => [row.sequence, row.balance_after]));
  }
}

function renderLine(row: LineRow): StatementLineDto {
  return {
    number: row.sequence,
    at: formatTimestamp(toDate(row.created_at)),
    transaction_id: row.id,
    type: row.type,
    reason: row.reason,
    description: row.description,
    reference_type: row.reference_type,
    reference_id: row.reference_id,
    // Plain notation already: a million lines need no million decimals.
    credits: row.credits,
    balance: row.balance_after,
  };
}
