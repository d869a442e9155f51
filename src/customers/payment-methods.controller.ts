import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { AddPaymentMethodDto, PaymentMethodDto, PaymentMethodListDto } from './payment-methods.dto.js';
import { PaymentMethodsService } from './payment-methods.service.js';
import { renderPaymentMethod } from './render-payment-method.js';

@ApiTags('Payment methods')
@Controller('v1/customers/:customer_id/payment-methods')
export class PaymentMethodsController {
  constructor(private readonly paymentMethods: PaymentMethodsService) {}

  /** Puts a card on file, in place of the one that was. Top-ups are charged to it. */
  @Post()
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  async add(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Body() body: AddPaymentMethodDto,
  ): Promise<PaymentMethodDto> {
    return renderPaymentMethod(await this.paymentMethods.replace(caller, customerId, body.token));
  }

  /** The cards on file: one, or none. */
  @Get()
  @RequireScope('customers:read')
  @ApiWalletsErrors('not_found')
  async list(@CurrentCaller() caller: Caller, @Param('customer_id') customerId: string): Promise<PaymentMethodListDto> {
    const items = (await this.paymentMethods.list(caller, customerId)).map(renderPaymentMethod);
    return { items, pagination: { total: items.length, limit: items.length, offset: items.length } };
  }

  /** Removes a card: nothing is charged to it any more, and automatic top-ups pause until another is on file. */
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
