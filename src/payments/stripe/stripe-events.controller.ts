import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/caller.js';
import { RawBytes } from '../../http/body/raw-body.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { StripeEventsService } from './stripe-events.service.js';

export class EventReceivedDto {
  /** @example true */
  received!: boolean;
}

@ApiTags('Payments')
@Controller('v1/payments/webhooks/stripe/:environment_id')
export class StripeEventsController {
  constructor(private readonly events: StripeEventsService) {}

  /** Where Stripe tells of an environment's payments and cards, signed with the endpoint's secret. Takes no key. */
  @Post()
  @HttpCode(200)
  @Public()
  @ApiHeader({ name: 'Stripe-Signature', required: false, description: 'Of the body, by Stripe.' })
  @ApiWalletsErrors('validation', 'unavailable')
  async receive(
    @Param('environment_id') environmentId: string,
    @RawBytes() bytes: Buffer,
    @Headers('stripe-signature') signature: string | undefined,
  ): Promise<EventReceivedDto> {
    await this.events.receive(environmentId, bytes, signature);
    return { received: true };
  }
}
