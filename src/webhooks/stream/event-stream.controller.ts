import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { sessionTokenOf } from '../../auth/sessions/session-cookie.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { EventStreamQuery, StreamedEventDto } from './event-stream.dto.js';
import { EventStreams } from './event-streams.js';

@ApiTags('Webhooks')
@Controller('v1/webhooks/events')
export class EventStreamController {
  constructor(private readonly streams: EventStreams) {}

  /**
   * What happens in this environment, as it happens: server-sent events. A message without a name is an event. `ready`: from
   * here on nothing is missed, so what a page shows is to be read now. `reset`: what has happened since `Last-Event-ID` is
   * not known any more (5 minutes are), read it anew. Lines that begin with `:` keep the connection alive. The answer ends
   * with its key, and after 30 minutes: come again with `Last-Event-ID`. 50 of a tenant at a time in a process.
   */
  @Get('stream')
  @Cost(POINTS.search)
  @RequireScope('webhooks:read')
  @ApiExtraModels(StreamedEventDto)
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The `id` of the last message that was read.' })
  @ApiOkResponse({
    description: 'Messages; `data` of those without a name is an event.',
    content: { 'text/event-stream': { schema: { $ref: getSchemaPath(StreamedEventDto) } } },
  })
  @ApiWalletsErrors('validation', 'too_many_requests', 'unavailable')
  async open(
    @CurrentCaller() caller: Caller,
    @Query() query: EventStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    // Asked whether it is there, and not for it.
    if (response.req.method === 'HEAD') response.end();
    else {
      const lastId = lastEventId ?? query.last_event_id;
      await this.streams.open(caller, query, { lastId, sessionToken: sessionTokenOf(response.req) }, response);
    }
  }
}
