import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { FindDto, FindQuery } from './find.dto.js';
import { FindService } from './find.service.js';

@ApiTags('Analytics')
@Controller('v1/find')
export class FindController {
  constructor(private readonly finds: FindService) {}

  /** Anything by its id, customers by external id or e-mail, keys by how they begin. What the key may not read is not found. */
  @Get()
  @Cost(POINTS.search)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async find(@CurrentCaller() caller: Caller, @Query() { q }: FindQuery): Promise<FindDto> {
    return { groups: await this.finds.find(caller, q.trim()) };
  }
}
