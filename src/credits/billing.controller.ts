import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import {
  AddAccountPaymentMethodDto,
  BillingDto,
  ChangeBillingDto,
  ReplaceBillingDto,
  toCustomerChange,
} from './billing.dto.js';
import { BillingService } from './billing.service.js';

@ApiTags('Account billing')
@ApiAccountHeaders()
@Controller('account/billing')
export class BillingController {
  constructor(private readonly billing: BillingService) {}

  /** Who is billed, and the payment method on file. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account): Promise<BillingDto> {
    return this.billing.get(account);
  }

  /** Replaces who is billed: what is left out is removed. Invoices that were made stay as they are. */
  @Put('/')
  @RequireScope('account:write')
  @AcceptsForms(ReplaceBillingDto)
  @ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type')
  async replace(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: ReplaceBillingDto,
  ): Promise<BillingDto> {
    return this.billing.change(caller, account, toCustomerChange(body, ''));
  }

  /** Changes only what is sent. */
  @Patch('/')
  @RequireScope('account:write')
  @AcceptsForms(ChangeBillingDto)
  @ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type')
  async change(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: ChangeBillingDto,
  ): Promise<BillingDto> {
    return this.billing.change(caller, account, toCustomerChange(body, undefined));
  }

  /** Puts a payment method on file, in place of the one that was, by the provider's token. */
  @Post('payment-method/')
  @HttpCode(200)
  @RequireScope('account:write')
  @AcceptsForms(AddAccountPaymentMethodDto)
  @ApiCreditsErrors('validation', 'not_found', 'conflict', 'unsupported_media_type', 'unavailable')
  async addPaymentMethod(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: AddAccountPaymentMethodDto,
  ): Promise<BillingDto> {
    return this.billing.replacePaymentMethod(caller, account, body.token);
  }

  /** Removes the payment method. Nothing is charged any more: automatic top-up is paused, as the answer says. */
  @Delete('payment-method/')
  @RequireScope('account:write')
  @ApiCreditsErrors('validation', 'not_found')
  async removePaymentMethod(@CurrentCaller() caller: Caller, @CurrentAccount() account: Account): Promise<BillingDto> {
    return this.billing.removePaymentMethod(caller, account);
  }
}
