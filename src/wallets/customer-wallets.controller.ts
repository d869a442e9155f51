import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { CustomersService } from '../customers/customers.service.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { invalidField } from '../shared/errors.js';
import { shapeBalance, shapeWallet } from './render-wallet.js';
import { CustomerWalletsQuery, ExpandQuery } from './wallet-queries.dto.js';
import { WalletBalanceDto, WalletDto } from './wallet-answers.dto.js';
import { WalletReader } from './wallet-reader.js';

@ApiTags('Wallets')
@Controller('v1/customers')
export class CustomerWalletsController {
  constructor(
    private readonly wallets: WalletReader,
    private readonly customers: CustomersService,
  ) {}

  /** Active wallets of the customer with this id or key, with balances. */
  @Get('wallets')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  @ApiOkResponse({ type: [WalletBalanceDto] })
  async byKey(@CurrentCaller() caller: Caller, @Query() query: CustomerWalletsQuery): Promise<WalletBalanceDto[]> {
    if (!query.id === !query.lookup_key) throw invalidField('id', 'give either id or lookup_key');
    const customer = query.id
      ? await this.customers.get(caller, query.id)
      : await this.customers.getByExternalId(caller, query.lookup_key as string);
    const isRealTime = query.include_real_time_balance ?? false;
    const views = await this.wallets.listActive(caller, customer.id, isRealTime);
    return views.map(({ wallet, topUps, lots }) => shapeBalance(wallet, topUps, lots, Boolean(query.expand)));
  }

  /** Active wallets of a customer; none for an unknown one. */
  @Get(':id/wallets')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOkResponse({ type: [WalletDto] })
  async byCustomer(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: ExpandQuery,
  ): Promise<WalletDto[]> {
    const views = await this.wallets.listActive(caller, id, Boolean(query.expand));
    return views.map(({ wallet, topUps, lots }) => shapeWallet(wallet, topUps, lots));
  }
}
