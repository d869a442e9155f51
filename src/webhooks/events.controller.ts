import { Body, Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import {
  DashboardDto,
  ListEventsQuery,
  RetryWebhookAnswerDto,
  RetryWebhookDto,
  WebhookEventListDto,
} from './events.dto.js';
import { DeliveriesService } from './deliveries.service.js';

@ApiTags('Webhooks')
@Controller('v1/webhooks')
export class EventsController {
  constructor(private readonly deliveries: DeliveriesService) {}

  /** What was or will be sent, newest first, with each delivery. Kept for 30 days. */
  @Get('events')
  @RequireScope('webhooks:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListEventsQuery): Promise<WebhookEventListDto> {
    const { items, total } = await this.deliveries.list(caller, query);
    return walletsPage(items, total, query);
  }

  /** Sends an event again, at once, to every enabled endpoint it was meant for; also to those that have had it. */
  @Post('retry')
  @HttpCode(202)
  @RequireScope('webhooks:write')
  @ApiWalletsErrors('validation', 'not_found')
  async retry(@CurrentCaller() caller: Caller, @Body() body: RetryWebhookDto): Promise<RetryWebhookAnswerDto> {
    const queued = await this.deliveries.retry(caller, body.system_event_id);
    const message = queued === 1 ? '1 delivery queued' : `${queued} deliveries queued`;
    return { success: true, message, system_event_id: body.system_event_id };
  }

  /** Where webhooks are looked after: a page of the console. */
  @Get('dashboard')
  @RequireScope('webhooks:read')
  @ApiWalletsErrors()
  dashboard(@Req() request: Request): DashboardDto {
    return { url: `${request.protocol}://${request.get('host') ?? 'localhost'}/console/webhooks`, svix_enabled: false };
  }
}
