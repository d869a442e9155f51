import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { ReconciliationDifferences } from './reconciliation-differences.js';
import {
  AcceptDifferenceDto,
  DifferenceDto,
  DifferenceListDto,
  DifferenceListQuery,
  ReconciliationRunDto,
  ReconciliationRunListDto,
  renderDifference,
  renderRun,
  StartReconciliationDto,
} from './reconciliation.dto.js';
import { Reconciliation } from './reconciliation.service.js';
import { Repairs } from './repairs.js';

@ApiTags('Reconciliation')
@Controller('v1/reconciliation')
export class ReconciliationController {
  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly differences: ReconciliationDifferences,
    private readonly repairs: Repairs,
  ) {}

  /**
   * Begins to hold the payments of a period, as the environment's providers list them, against top-ups and the ledger. It
   * changes nothing but its own rows. Its end is read from the run.
   */
  @Post('runs')
  @Cost(POINTS.reconciliation)
  @HttpCode(202)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'conflict', 'unavailable')
  @ApiOperation({ summary: 'Reconcile a period' })
  async start(@CurrentCaller() caller: Caller, @Body() body: StartReconciliationDto): Promise<ReconciliationRunDto> {
    const period = { from: body.from ?? undefined, to: body.to ?? undefined };
    return renderRun(await this.reconciliation.start(caller, period, caller.keyId));
  }

  /** Runs of the environment, the newest first. */
  @Get('runs')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'List reconciliations' })
  async listRuns(@CurrentCaller() caller: Caller, @Query() page: WalletsPageQuery): Promise<ReconciliationRunListDto> {
    const { items, total } = await this.reconciliation.list(caller, page);
    return walletsPage(
      items.map((run) => renderRun(run)),
      total,
      page,
    );
  }

  /** One run: how far it is, or what it came to. */
  @Get('runs/:id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'Get a reconciliation' })
  async getRun(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReconciliationRunDto> {
    return renderRun(await this.reconciliation.get(caller, id));
  }

  /** What a provider and this service did not agree about, the newest first; also what is repaired by now. */
  @Get('differences')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'List differences' })
  async list(@CurrentCaller() caller: Caller, @Query() query: DifferenceListQuery): Promise<DifferenceListDto> {
    const { state, kind } = query;
    const filter = { ...(state ? { state } : {}), ...(kind ? { kind } : {}) };
    const { items, total } = await this.differences.list(caller, filter, query);
    return walletsPage(
      items.map((row) => renderDifference(row)),
      total,
      query,
    );
  }

  @Get('differences/:id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'Get a difference' })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DifferenceDto> {
    return renderDifference(await this.differences.get(caller, id));
  }

  /**
   * Brings a difference in order by the way that its `repair` names, as often as it is asked for: credits come once, nobody
   * is charged. Where it does not succeed it stays `open`, with the reason in `note`.
   */
  @Post('differences/:id/repair')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  @ApiOperation({ summary: 'Repair a difference' })
  async repair(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DifferenceDto> {
    return renderDifference(await this.repairs.repair(caller, id, caller));
  }

  /** Says that somebody has looked at a difference and it needs nothing more. Later runs leave it so. */
  @Post('differences/:id/accept')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'not_found')
  @ApiOperation({ summary: 'Accept a difference' })
  async accept(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { note }: AcceptDifferenceDto,
  ): Promise<DifferenceDto> {
    const difference = await this.differences.get(caller, id);
    const accepted = { state: 'accepted' as const, resolvedBy: caller.keyId, note };
    return renderDifference(await this.differences.resolve(difference, accepted));
  }
}
