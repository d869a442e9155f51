import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { Clock } from '../../shared/clock.js';
import { type Caller, CurrentCaller, RequireScope } from '../caller.js';
import { OfAnyEnvironment } from '../named-environment.js';
import {
  InvitationListDto,
  InviteDto,
  ListInvitationsQuery,
  NewInvitationDto,
  renderInvitation,
} from './invitations.dto.js';
import { Invitations } from './invitations.service.js';

@ApiTags('Users')
@OfAnyEnvironment()
@Controller('v1/users/invitations')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly clock: Clock,
  ) {}

  /**
   * Invites somebody: the answer has a link, shown once, which makes one user within seven days. Nothing is sent. An open
   * invitation to the same address ends. Whoever calls needs all scopes of the role, and, where the tenant has a
   * production environment, a key or token of one. At most 100 are open.
   */
  @Post()
  @RequireScope('users:write')
  @ApiWalletsErrors('validation', 'already_exists', 'conflict')
  async create(@CurrentCaller() caller: Caller, @Body() body: InviteDto): Promise<NewInvitationDto> {
    const { invitation, token, link } = await this.invitations.create(caller, body);
    return { ...renderInvitation(invitation, this.clock.now()), token, link };
  }

  /** The invitations of the tenant, also those that are over, newest first. */
  @Get()
  @RequireScope('users:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() { tenantId }: Caller, @Query() query: ListInvitationsQuery): Promise<InvitationListDto> {
    const [invitations, total] = await this.invitations.list(tenantId, query);
    const now = this.clock.now();
    return walletsPage(
      invitations.map((invitation) => renderInvitation(invitation, now)),
      total,
      query,
    );
  }

  /** Revokes an open invitation: its link opens nothing any more. */
  @Delete(':id')
  @HttpCode(204)
  @RequireScope('users:write')
  @ApiWalletsErrors('not_found', 'conflict')
  async revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.invitations.revoke(caller, id);
  }
}
