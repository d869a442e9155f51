import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/caller.js';
import { RawBytes } from '../../http/body/raw-body.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { BillingEventsService } from './billing-events.service.js';

export class BillingEventReceivedDto {
  /** @example true */
  received!: boolean;
}

@ApiTags('Payments')
@Controller('v1/payments/webhooks/tenant/:environment_id')
export class BillingEventsController {
  constructor(private readonly events: BillingEventsService) {}

  /**
   * Where an environment's own billing system tells that a payment has changed, signed with the secret of
   * `/v1/settings/payments/webhook`. Takes no key. The payment is then asked for, and settled as in any other answer.
   */
  @Post()
  @HttpCode(200)
  @Public()
  @ApiHeader({ name: 'webhook-id', required: false, description: 'Of the message: the same in every repeat.' })
  @ApiHeader({ name: 'webhook-timestamp', required: false, description: 'Seconds since 1970.' })
  @ApiHeader({ name: 'webhook-signature', required: false, description: 'After Standard Webhooks.' })
  @ApiWalletsErrors('validation', 'unavailable')
  async receive(
    @Param('environment_id') environmentId: string,
    @RawBytes() bytes: Buffer,
    @Headers('webhook-id') id: string | undefined,
    @Headers('webhook-timestamp') timestamp: string | undefined,
    @Headers('webhook-signature') signature: string | undefined,
  ): Promise<BillingEventReceivedDto> {
    await this.events.receive(environmentId, bytes, { id, timestamp, signature });
    return { received: true };
  }
}
