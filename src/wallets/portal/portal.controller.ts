import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { notFound } from '../../shared/errors.js';
import { WalletCurveDto, WalletCurveQuery } from '../analytics/wallet-curve.dto.js';
import { WalletCurves } from '../analytics/wallet-curve.service.js';
import { LotListQuery, LotListResponse } from '../history/lots.dto.js';
import { LotsService } from '../history/lots.service.js';
import { shapeBalance } from '../render-wallet.js';
import { TransactionListQuery, TransactionListResponse } from '../transactions.dto.js';
import { TransactionsService } from '../transactions.service.js';
import { ExpandQuery } from '../wallet-queries.dto.js';
import { WalletBalanceDto } from '../wallet-answers.dto.js';
import { WalletReader, type WalletView } from '../wallet-reader.js';
import { WalletsService } from '../wallets.service.js';
import type { PortalVisitor } from './portal-sessions.service.js';
import { CurrentVisitor, RequirePortalSession } from './portal-door.js';

/** What a customer sees of their own wallets. Another customer's wallet answers as an unknown one. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal/wallets')
export class PortalController {
  constructor(
    private readonly wallets: WalletsService,
    private readonly reader: WalletReader,
    private readonly transactions: TransactionsService,
    private readonly curves: WalletCurves,
    private readonly lots: LotsService,
  ) {}

  /** The customer's active wallets with balances. A body is not needed and not looked at. */
  @Post()
  @HttpCode(200)
  @ApiWalletsErrors()
  @ApiOkResponse({ type: [WalletBalanceDto] })
  async list(@CurrentVisitor() { scope, customerId }: PortalVisitor): Promise<WalletBalanceDto[]> {
    const views = await this.reader.listActive(scope, customerId, true);
    return views.map(({ wallet, topUps, lots }) => shapeBalance(wallet, topUps, lots, true));
  }

  /** One of the customer's wallets with its balance. */
  @Get(':id')
  @ApiWalletsErrors('validation', 'not_found')
  async get(
    @CurrentVisitor() visitor: PortalVisitor,
    @Param('id') id: string,
    @Query() query: ExpandQuery,
  ): Promise<WalletBalanceDto> {
    const { wallet, topUps, lots } = await this.#own(visitor, id, true);
    return shapeBalance(wallet, topUps, lots, Boolean(query.expand));
  }

  /** The transactions of one of the customer's wallets, newest first. */
  @Get(':id/transactions')
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

  /** The balance over time of one of the customer's wallets. */
  @Get(':id/curve')
  @Cost(POINTS.search)
  @ApiWalletsErrors('validation', 'not_found')
  async getCurve(
    @CurrentVisitor() visitor: PortalVisitor,
    @Param('id') id: string,
    @Query() query: WalletCurveQuery,
  ): Promise<WalletCurveDto> {
    const { wallet } = await this.#own(visitor, id);
    return this.curves.get(visitor.scope, wallet.id, query);
  }

  /** What one of the customer's wallets was given, newest first: what is left of it, and until when it is good. */
  @Get(':id/lots')
  @ApiWalletsErrors('validation', 'not_found')
  async listLots(
    @CurrentVisitor() visitor: PortalVisitor,
    @Param('id') id: string,
    @Query() query: LotListQuery,
  ): Promise<LotListResponse> {
    const { wallet } = await this.#own(visitor, id);
    const { items, total } = await this.lots.list(visitor.scope, wallet.id, query);
    return walletsPage(items, total, query);
  }

  async #own({ scope, customerId }: PortalVisitor, id: string, withLots = false): Promise<WalletView> {
    const view = await this.wallets.get(scope, id, withLots);
    if (view.wallet.customer_id !== customerId) throw notFound('wallet', { wallet_id: id });
    return view;
  }
}
