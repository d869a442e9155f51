import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { NOT_OFFERED_TAG } from './empty-list-controllers.js';
import { UsageEventsDto, UsageEventsListQuery, UsageEventsSearchDto } from './empty-lists.dto.js';

/** Metered events. What happens to wallets is another thing: `GET /v1/webhooks/events`. */
@ApiTags(NOT_OFFERED_TAG)
@RequireScope('wallets:read')
@Controller('v1/events')
export class UsageEventsController {
  /** Always empty: nothing is metered here. */
  @Get()
  @ApiWalletsErrors('validation')
  list(@Query() query: UsageEventsListQuery): UsageEventsDto {
    return noEvents(query);
  }

  /** Always empty: nothing is metered here. */
  @Post('query')
  @Cost(POINTS.search)
  @HttpCode(200)
  @ApiWalletsErrors('validation')
  search(@Body() body: UsageEventsSearchDto): UsageEventsDto {
    return noEvents(body);
  }
}

function noEvents({ offset }: UsageEventsListQuery): UsageEventsDto {
  return {
    events: [],
    has_more: false,
    iter_first_key: null,
    iter_last_key: null,
    offset: offset ?? 0,
    total_count: 0,
  };
}
