import { Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { notFound } from '../../shared/errors.js';
import { renderBalance } from '../render-wallet.js';
import { TransactionListQuery, TransactionListResponse } from '../transactions.dto.js';
import { TransactionsService } from '../transactions.service.js';
import { ExpandQuery } from '../wallet-queries.dto.js';
import { WalletBalanceDto } from '../wallet-answers.dto.js';
import { WalletsService, type WalletView } from '../wallets.service.js';
import type { PortalVisitor } from './portal-sessions.service.js';
import { CurrentVisitor, RequirePortalSession } from './portal.guard.js';

/** What a customer sees of their own wallets. Another customer's wallet answers as an unknown one. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal/wallets')
export class PortalController {
  constructor(
    private readonly wallets: WalletsService,
    private readonly transactions: TransactionsService,
  ) {}

  /** The customer's active wallets with balances. A body is not needed and not looked at. */
  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors()
  @ApiOkResponse({ type: [WalletBalanceDto] })
  async list(@CurrentVisitor() { scope, customerId }: PortalVisitor): Promise<WalletBalanceDto[]> {
    const views = await this.wallets.listActive(scope, customerId, true);
    return views.map(({ wallet, topUps, totals }) => renderBalance(wallet, topUps, totals, true));
  }

  /** One of the customer's wallets with its balance. */
  @Get(':id')
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'not_found')
  async get(
    @CurrentVisitor() visitor: PortalVisitor,
    @Param('id') id: string,
    @Query() query: ExpandQuery,
  ): Promise<WalletBalanceDto> {
    const { wallet, topUps, totals } = await this.#own(visitor, id);
    return renderBalance(wallet, topUps, totals, Boolean(query.expand));
  }

  /** The transactions of one of the customer's wallets, newest first. */
  @Get(':id/transactions')
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'not_found')
  async listTransactions(
    @CurrentVisitor() visitor: PortalVisitor,
    @Param('id') id: string,
    @Query() query: TransactionListQuery,
  ): Promise<TransactionListResponse> {
    const { wallet } = await this.#own(visitor, id);
    const { items, total } = await this.transactions.ofWallet(visitor.scope, wallet.id, query);
    return walletsPage(items, total, query);
  }

  async #own({ scope, customerId }: PortalVisitor, id: string): Promise<WalletView> {
    const view = await this.wallets.get(scope, id, true);
    if (view.wallet.customerId !== customerId) throw notFound('wallet', { wallet_id: id });
    return view;
  }
}
