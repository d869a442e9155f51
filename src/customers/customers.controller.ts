import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { Cost, filtersOf, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import {
  CreateCustomerDto,
  CustomerDto,
  CustomerListDto,
  CustomerListQuery,
  CustomerReferenceQuery,
  CustomerSearchDto,
  UpdateCustomerDto,
} from './customers.dto.js';
import { CustomersService } from './customers.service.js';
import { renderCustomer } from './render-customer.js';

/** Customers by anything but their id: see `CustomerController`. */
@ApiTags('Customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  /** Creates a customer. On the sandbox of a development environment it gets an approving card. */
  @Post()
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'already_exists')
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateCustomerDto): Promise<CustomerDto> {
    return renderCustomer(await this.customers.create(caller, body));
  }

  /** Customers, newest first. */
  @Get()
  @RequireScope('customers:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: CustomerListQuery): Promise<CustomerListDto> {
    const { items, total } = await this.customers.list(caller, query);
    return walletsPage(items.map(renderCustomer), total, query);
  }

  /** Customers by filters, in any order. */
  @Post('search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('customers:read')
  @ApiWalletsErrors('validation')
  async search(@CurrentCaller() caller: Caller, @Body() body: CustomerSearchDto): Promise<CustomerListDto> {
    const { items, total } = await this.customers.list(caller, body);
    return walletsPage(items.map(renderCustomer), total, body);
  }

  /** A customer by your own id. */
  @Get(['external/:external_id', 'lookup/:external_id'])
  @RequireScope('customers:read')
  @ApiWalletsErrors('not_found')
  async getByExternalId(
    @CurrentCaller() caller: Caller,
    @Param('external_id') externalId: string,
  ): Promise<CustomerDto> {
    return renderCustomer(await this.customers.getByExternalId(caller, externalId));
  }

  /** Changes a customer, named by its id or your own. */
  @Put()
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'not_found', 'already_exists')
  async updateByReference(
    @CurrentCaller() caller: Caller,
    @Query() reference: CustomerReferenceQuery,
    @Body() body: UpdateCustomerDto,
  ): Promise<CustomerDto> {
    const { id } = await this.customers.resolve(caller, reference);
    return renderCustomer(await this.customers.update(caller, id, body));
  }
}
