import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { Clock } from '../shared/clock.js';
import {
  AddPaymentMethodDto,
  PaymentMethodDto,
  PaymentMethodListDto,
  PaymentMethodListQuery,
} from './payment-methods.dto.js';
import { PaymentMethodsService } from './payment-methods.service.js';
import { renderPaymentMethod } from './render-payment-method.js';

@ApiTags('Payment methods')
@Controller('v1/customers/:customer_id/payment-methods')
export class PaymentMethodsController {
  constructor(
    private readonly paymentMethods: PaymentMethodsService,
    private readonly clock: Clock,
  ) {}

  /** Puts a card on file, in place of the one that was. Top-ups are charged to it. */
  @Post()
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  async add(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Body() body: AddPaymentMethodDto,
  ): Promise<PaymentMethodDto> {
    return renderPaymentMethod(await this.paymentMethods.replace(caller, customerId, body.token), this.clock.now());
  }

  /** The card on file, if there is one, then its backup; or, newest first, those that were replaced and are still saved. */
  @Get()
  @RequireScope('customers:read')
  @ApiWalletsErrors('validation', 'not_found')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Query() { status }: PaymentMethodListQuery,
  ): Promise<PaymentMethodListDto> {
    const which = status === 'archived' ? 'earlier' : 'in_use';
    const now = this.clock.now();
    const cards = await this.paymentMethods.list(caller, customerId, which);
    const items = cards.map((card) => renderPaymentMethod(card, now));
    return { items, pagination: { total: items.length, limit: items.length, offset: items.length } };
  }

  /**
   * Removes a saved card: nothing is charged to it any more. Without the one on file automatic top-ups pause until another
   * is; the backup does not take its place.
   */
  @Delete(':id')
  @HttpCode(204)
  @RequireScope('customers:write')
  @ApiWalletsErrors('not_found')
  async remove(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.paymentMethods.remove(caller, customerId, id);
  }
}
