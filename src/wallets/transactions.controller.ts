import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { checkExpansions } from '../auth/check-scopes.js';
import { Cost, filtersOf, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { validated } from '../http/validation.pipe.js';
import { walletsPage } from '../http/wallets-page.js';
import {
  TransactionExpandQuery,
  TransactionListQuery,
  TransactionListResponse,
  TransactionSearchDto,
} from './transactions.dto.js';
import { TransactionsService } from './transactions.service.js';

@ApiTags('Transactions')
@Controller('v1/wallets')
export class TransactionsController {
  constructor(private readonly transactions: TransactionsService) {}

  /** Transactions that match filters, of one wallet or of all. */
  @Post('transactions/search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async search(
    @CurrentCaller() caller: Caller,
    @Body() body: TransactionSearchDto,
    @Query() { expand }: TransactionExpandQuery,
  ): Promise<TransactionListResponse> {
    const wanted = body.expand ?? validated(TransactionSearchDto, { expand }).expand ?? null;
    checkExpansions(caller, wanted);
    const { items, total } = await this.transactions.search(caller, { ...body, expand: wanted });
    return walletsPage(items, total, body);
  }

  /** A wallet's transactions, newest first. */
  @Get(':id/transactions')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: TransactionListQuery,
  ): Promise<TransactionListResponse> {
    const { items, total } = await this.transactions.ofWallet(caller, id, query);
    return walletsPage(items, total, query);
  }
}
