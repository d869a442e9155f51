import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { type Caller, CurrentCaller, RequireScope } from '../caller.js';
import { AuditLogDto, AuditLogQuery, renderAuditEntry } from './audit-log.dto.js';
import { AuditReads } from './audit-reads.js';

@ApiTags('Audit log')
@Controller('v1/audit-log')
export class AuditLogController {
  constructor(private readonly reads: AuditReads) {}

  /**
   * Who changed keys, settings, endpoints, environments, packs, coupons, users and the tenant, and who logged in or was
   * refused: newest first. The key of a development environment sees the rows of its environment, that of a production
   * one all of the tenant. Rows are kept for ever.
   */
  @Get()
  @RequireScope('audit:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: AuditLogQuery): Promise<AuditLogDto> {
    const { entries, nextCursor } = await this.reads.list(caller, query);
    return { items: entries.map(renderAuditEntry), next_cursor: nextCursor };
  }
}
