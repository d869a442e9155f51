import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../auth/caller.js';
import { Config } from '../../config.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { pagePolicy } from '../../http/page.js';
import { stripeHosts } from '../../payments/stripe/stripe-hosts.js';
import { PAGE_PATH } from './confirmation-links.js';
import { confirmationPage } from './confirmation-page.js';
import { ConfirmationDto, ConfirmationLinkDto, renderConfirmation } from './confirmations.dto.js';
import { Confirmations } from './confirmations.service.js';

const NONCE_BYTES = 16;

@ApiTags('Confirmation page')
@ApiParam({ name: 'top_up_id', description: 'The top-up that the link is of.' })
@Controller(`${PAGE_PATH}/:top_up_id`)
export class ConfirmationsController {
  constructor(
    private readonly confirmations: Confirmations,
    private readonly config: Config,
  ) {}

  /** The page itself: the same for everybody, whether or not there is such a top-up. */
  @Get()
  @Public()
  @ApiExcludeEndpoint()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  page(@Res({ passthrough: true }) response: Response): string {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    const hosts = stripeHosts(this.config.stripeApiBase);
    response.setHeader('Content-Security-Policy', pagePolicy(nonce, hosts));
    return confirmationPage(hosts.script, nonce);
  }

  /** The payment of a link from `top_up.requires_action`, and what its page confirms it with. Takes no key: the link's own signature. */
  @Post('payment')
  @HttpCode(200)
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'not_found', 'unavailable')
  async open(@Param('top_up_id') topUpId: string, @Body() body: ConfirmationLinkDto): Promise<ConfirmationDto> {
    return renderConfirmation(await this.confirmations.open(topUpId, body.token));
  }

  /** How the payment stands, by its provider's own record: what was paid is credited by the time this answers. A repeat is harmless. */
  @Post('outcome')
  @HttpCode(200)
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'not_found', 'unavailable')
  async look(@Param('top_up_id') topUpId: string, @Body() body: ConfirmationLinkDto): Promise<ConfirmationDto> {
    return renderConfirmation(await this.confirmations.look(topUpId, body.token));
  }
}
