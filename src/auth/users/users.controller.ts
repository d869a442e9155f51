import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Cost, filtersOf, POINTS } from '../../http/admission/route-cost.js';
import { walletsPage } from '../../http/wallets-page.js';
import { type Caller, CurrentCaller, RequireScope } from '../caller.js';
import { OfAnyEnvironment } from '../named-environment.js';
import { TenantsService } from '../tenants.service.js';
import { AuthorListDto, AuthorSearchDto, renderAuthor } from './author-search.dto.js';
import { AuthorSearch } from './author-search.service.js';
import { PasswordChanges } from './password-changes.service.js';
import {
  ChangePasswordDto,
  ChangeRoleDto,
  ListUsersQuery,
  PasswordChangedDto,
  RemovalDto,
  renderRemoval,
  renderTenantUser,
  TenantUserDto,
  TenantUserListDto,
} from './tenant-users.dto.js';
import { TenantUsers } from './tenant-users.service.js';

@ApiTags('Users')
@OfAnyEnvironment()
@Controller('v1/users')
export class UsersController {
  constructor(
    private readonly users: TenantUsers,
    private readonly passwords: PasswordChanges,
    private readonly authors: AuthorSearch,
    private readonly tenants: TenantsService,
  ) {}

  /** The users of the tenant, newest first. */
  @Get()
  @RequireScope('users:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() { tenantId }: Caller, @Query() query: ListUsersQuery): Promise<TenantUserListDto> {
    const [users, total] = await this.users.list(tenantId, query);
    return walletsPage(users.map(renderTenantUser), total, query);
  }

  /**
   * Users of the tenant by filters, in any order. With `user_ids` also API keys: the way from a `created_by` to a name.
   * What the service does by itself, and what its operator does by command, has none.
   */
  @Post('search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('users:read')
  @ApiWalletsErrors('validation')
  async search(@CurrentCaller() caller: Caller, @Body() body: AuthorSearchDto): Promise<AuthorListDto> {
    const [[authors, total], tenant] = await Promise.all([
      this.authors.find(caller, body),
      this.tenants.get(caller.tenantId),
    ]);
    return walletsPage(
      authors.map((author) => renderAuthor(author, tenant)),
      total,
      body,
    );
  }

  /**
   * Gives the user of the calling token another password. All their other tokens end in the same commit. A wrong
   * `current_password` is a 400 and counts as a login that failed.
   */
  @Post('me/password')
  @HttpCode(200)
  @RequireScope('tenant:read')
  @ApiWalletsErrors('validation', 'invalid_operation', 'conflict', 'too_many_requests', 'unavailable')
  async changePassword(@CurrentCaller() caller: Caller, @Body() body: ChangePasswordDto): Promise<PasswordChangedDto> {
    const { current_password: current, new_password: next } = body;
    return { tokens_ended: await this.passwords.changeOwn(caller, { current, next }) };
  }

  /**
   * Gives a user another role, which their tokens follow within 5 s. The last owner stays owner: 409. Whoever calls needs
   * all scopes of both roles, and, where the tenant has a production environment, a key or token of one.
   */
  @Put(':id')
  @RequireScope('users:write')
  @ApiWalletsErrors('validation', 'not_found', 'conflict')
  async changeRole(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { role }: ChangeRoleDto,
  ): Promise<TenantUserDto> {
    return renderTenantUser(await this.users.changeRole(caller, id, role));
  }

  /**
   * Removes a user with their tokens, which end within 5 s, and their open invitations. Keys that they made stay, and are
   * in the answer. The last owner stays: 409.
   */
  @Delete(':id')
  @RequireScope('users:write')
  @ApiWalletsErrors('not_found', 'conflict')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<RemovalDto> {
    return renderRemoval(await this.users.remove(caller, id));
  }
}
