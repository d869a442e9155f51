import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { CustomersService } from '../../customers/customers.service.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { emptyUsage, UsageSummaryDto } from '../../http/usage-summary.dto.js';
import type { Scope } from '../../shared/scope.js';
import { CustomerUsageQuery, EntitlementsDto, UsageSummaryQuery } from './customer-usage.dto.js';
import { NOT_OFFERED_TAG } from './empty-list-controllers.js';
import { EmptyPageDto } from './empty-lists.dto.js';

/** What Flexprice knows of a customer by subscriptions and metering. Whether there is such a customer is told. */
@ApiTags(NOT_OFFERED_TAG)
@RequireScope('customers:read')
@Controller('v1')
export class CustomerUsageController {
  constructor(private readonly customers: CustomersService) {}

  /** Always empty: nothing is metered here. What was spent are the transactions of the customer's wallets. */
  @Get('customers/usage')
  @ApiWalletsErrors('validation', 'not_found')
  async usage(@CurrentCaller() caller: Caller, @Query() query: CustomerUsageQuery): Promise<UsageSummaryDto> {
    const { customer_id: id, customer_lookup_key: externalId } = query;
    const reference = {
      ...(id === undefined ? {} : { id }),
      ...(externalId === undefined ? {} : { external_customer_id: externalId }),
    };
    return emptyUsage((await this.customers.resolve(caller, reference)).id);
  }

  /** The same of the customer with this id. */
  @Get('customers/:id/usage')
  @ApiWalletsErrors('validation', 'not_found')
  async usageById(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() _query: UsageSummaryQuery,
  ): Promise<UsageSummaryDto> {
    return emptyUsage(await this.#known(caller, id));
  }

  /** Always empty: there are no plans or features here. */
  @Get('customers/:id/entitlements')
  @ApiWalletsErrors('not_found')
  async entitlements(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<EntitlementsDto> {
    return { customer_id: await this.#known(caller, id), features: [] };
  }

  /** Always empty: no credits are granted by subscriptions here. */
  @Get('customers/:id/grants/upcoming')
  @ApiWalletsErrors('not_found')
  async grants(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<EmptyPageDto> {
    await this.#known(caller, id);
    return { items: [], pagination: { total: 0, limit: 0, offset: 0 } };
  }

  /** Always empty, whatever the id: there are no subscriptions here. */
  @Get('subscriptions/:id/grants/upcoming')
  @RequireScope('wallets:read')
  @ApiWalletsErrors()
  grantsOfSubscription(@Param('id') _id: string): EmptyPageDto {
    return { items: [], pagination: { total: 0, limit: 0, offset: 0 } };
  }

  async #known(scope: Scope, id: string): Promise<string> {
    return (await this.customers.get(scope, id)).id;
  }
}
