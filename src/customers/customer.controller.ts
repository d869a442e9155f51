import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { CustomerDto, UpdateCustomerDto } from './customers.dto.js';
import { CustomersService } from './customers.service.js';
import { renderCustomer } from './render-customer.js';

/**
 * One customer by id. Its path would also match `/v1/customers/wallets`, which is a route of a higher room, so these
 * routes are registered after all others: see `CustomerByIdModule`.
 */
@ApiTags('Customers')
@Controller('v1/customers')
export class CustomerController {
  constructor(private readonly customers: CustomersService) {}

  /** A customer. */
  @Get(':id')
  @RequireScope('customers:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<CustomerDto> {
    return renderCustomer(await this.customers.get(caller, id));
  }

  /** Changes a customer: only what is sent. */
  @Put(':id')
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'not_found', 'already_exists')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateCustomerDto,
  ): Promise<CustomerDto> {
    return renderCustomer(await this.customers.update(caller, id, body));
  }

  /**
   * Deletes a customer whose wallets are all closed, with its cards and the keys of its account. What was booked stays;
   * its external id is free again.
   */
  @Delete(':id')
  @HttpCode(204)
  @RequireScope('customers:write')
  @ApiWalletsErrors('invalid_operation', 'not_found')
  async delete(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.customers.delete(caller, id);
  }
}
