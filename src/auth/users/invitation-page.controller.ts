import { randomBytes } from 'node:crypto';
import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { pagePolicy } from '../../http/page.js';
import { Public } from '../caller.js';
import { invitationPage } from './invitation-page.js';
import { INVITATION_PATH } from './invitations.service.js';

const NONCE_BYTES = 16;

@ApiExcludeController()
@Controller(INVITATION_PATH)
export class InvitationPageController {
  /** The page of every invitation's link, valid or not. */
  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  page(@Res({ passthrough: true }) response: Response): string {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    response.setHeader('Content-Security-Policy', pagePolicy(nonce));
    return invitationPage(nonce);
  }
}
