import { Controller, Get, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import { statementCsv } from './statement-csv.js';
import { StatementDto, StatementQuery } from './statement.dto.js';
import { type Statement, StatementService } from './statement.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id/statement')
export class StatementController {
  constructor(private readonly statements: StatementService) {}

  /**
   * A wallet's statement, oldest line first: opening balance, lines with the running balance, closing balance. As JSON
   * in pages, or as CSV in one stream of any length, in which text that a spreadsheet would run begins with `'`.
   */
  @Get()
  @Cost(POINTS.export)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  @ApiProduces('application/json', 'text/csv')
  @ApiExtraModels(StatementDto)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(StatementDto) } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  async get(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: StatementQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StatementDto | StreamableFile> {
    const statement = await this.statements.open(caller, id, query);
    const format = query.format ?? (request.accepts(['application/json', 'text/csv']) === 'text/csv' ? 'csv' : 'json');
    response.vary('Accept');
    return format === 'csv' ? this.#csv(statement) : this.#page(statement, query);
  }

  async #page(statement: Statement, { limit, offset }: StatementQuery): Promise<StatementDto> {
    const lines = await this.statements.lines(statement, offset, limit);
    return {
      wallet_id: statement.walletId,
      currency: statement.currency,
      from: formatTimestampOrNull(statement.from),
      to: formatTimestamp(statement.to),
      opening_balance: formatDecimal(statement.opening),
      closing_balance: formatDecimal(statement.closing),
      ...walletsPage(lines, statement.upTo - statement.after, { limit, offset }),
    };
  }

  #csv(statement: Statement): StreamableFile {
    const file = new StreamableFile(statementCsv(statement, this.statements.allLines(statement)), {
      type: 'text/csv; charset=utf-8; header=present',
      disposition: `attachment; filename="statement-${statement.walletId}.csv"`,
    });
    // Half a statement must not look like a whole one: the connection breaks, and the client knows.
    return file.setErrorHandler((_error, response) => response.destroy?.());
  }
}
