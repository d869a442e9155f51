import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from '../account.js';
import { sendUsageReport } from './send-csv.js';
import { REPORT_COLUMNS, UsageFilters, UsagePageDto, UsageQuery } from './usage.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@RequireScope('account:read')
@Controller('account/credits/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  /** Every movement of the account's credits, newest first. `ordering`: `date`, `credits`. */
  @Get('/')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: UsageQuery): Promise<UsagePageDto> {
    return this.usage.list(account, query);
  }

  /** The same as a file for a spreadsheet, all of it, streamed. A text that looks like a formula starts with an apostrophe. */
  @Get('report/')
  @Cost(POINTS.export)
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' }, description: `Columns: ${REPORT_COLUMNS.join(', ')}.` })
  @ApiCreditsErrors('validation', 'not_found')
  async report(
    @CurrentAccount() account: Account,
    @Query() filters: UsageFilters,
    @Res() response: Response,
  ): Promise<void> {
    await sendUsageReport(response, await this.usage.report(account, filters));
  }
}
