import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { Cost, itemsOf, POINTS } from '../http/admission/route-cost.js';
import { LargeBody } from '../http/body/body.guard.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { BatchDebitDto, BatchDebitsAnswer, BatchDebitsDto } from './batch-debits.dto.js';
import { BatchDebitsService } from './batch-debits.service.js';

@ApiTags('Wallets')
@ApiExtraModels(BatchDebitDto)
@Controller('v1/wallets/debits')
export class BatchDebitsController {
  constructor(private readonly batches: BatchDebitsService) {}

  /** Up to 1,000 debits over any wallets, each with its own key and its own result. The body may have 1 MiB. */
  @Post('batch')
  @Cost(POINTS.ordinary, itemsOf('debits'))
  @LargeBody()
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'payload_too_large')
  async debit(@CurrentCaller() caller: Caller, @Body() body: BatchDebitsDto): Promise<BatchDebitsAnswer> {
    return this.batches.debit(caller, body.debits);
  }
}
