import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { TransactionDetailsService } from './transaction-details.service.js';
import { TransactionDetailDto } from './transaction-links.dto.js';

@ApiTags('Transactions')
@Controller('v1/transactions')
export class TransactionDetailsController {
  constructor(private readonly details: TransactionDetailsService) {}

  /** A transaction with the lots it gave credits to or took credits from. */
  @Get(':id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TransactionDetailDto> {
    return this.details.get(caller, id);
  }
}
