import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { checkExpansions } from '../auth/check-scopes.js';
import { Cost, filtersOf, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import { AlertLogListResponse, AlertSearchDto } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';

@ApiTags('Alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  /** Changes of alert states, newest first. */
  @Post('search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async search(@CurrentCaller() caller: Caller, @Body() body: AlertSearchDto): Promise<AlertLogListResponse> {
    checkExpansions(caller, body.expand);
    const { items, total } = await this.alerts.search(caller, body);
    return walletsPage(items, total, body);
  }
}
