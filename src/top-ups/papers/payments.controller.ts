import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { PaymentLists } from './payment-lists.service.js';
import { PaymentDto, PaymentListDto, PaymentListQuery } from './payments.dto.js';

@ApiTags('Payments')
@Controller('v1/payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentLists) {}

  /** Charges of cards, from their first try on, and payments of invoices that were reported; newest first. */
  @Get()
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'List payments' })
  async list(@CurrentCaller() caller: Caller, @Query() query: PaymentListQuery): Promise<PaymentListDto> {
    const { items, total } = await this.payments.list(caller, query);
    return walletsPage(items, total, query);
  }

  /** One payment, with every try to charge the card. */
  @Get(':id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'Get a payment' })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PaymentDto> {
    return this.payments.get(caller, id);
  }
}
