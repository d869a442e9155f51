import { Body, Controller, Get, HttpCode, Post, Query, type Type as Class } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../../auth/caller.js';
import { Cost, filtersOf, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { WalletsSearchQuery } from '../../http/filters.dto.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { listQueryOf, searchBodyOf } from './empty-list-queries.js';
import { EMPTY_LISTS, type EmptyList } from './empty-lists.js';
import { EmptyConnectionsDto, EmptyPageDto } from './empty-lists.dto.js';

/** Of what this service has nothing, so that whoever looks for it sees that there is none, and not a page that failed. */
export const NOT_OFFERED_TAG = 'Not offered here';

/** A controller for each of the lists. */
export const EMPTY_LIST_CONTROLLERS: Class<object>[] = EMPTY_LISTS.map(controllerOf);

function controllerOf(list: EmptyList): Class<object> {
  const [query, body] = [listQueryOf(list), searchBodyOf(list)];
  const type = list.isFlat ? EmptyConnectionsDto : EmptyPageDto;
  const answer = list.isFlat ? noConnections : noItems;

  @ApiTags(NOT_OFFERED_TAG)
  @RequireScope(list.scope)
  @ApiWalletsErrors('validation')
  @Controller(`v1/${list.path}`)
  class EmptyListController {
    @Get()
    @ApiOperation({ summary: `List ${list.what}`, description: sentenceOf(list) })
    @ApiOkResponse({ type })
    list(@Query() page: WalletsPageQuery): EmptyPageDto | EmptyConnectionsDto {
      return answer(page);
    }

    @Post('search')
    @Cost(POINTS.search, filtersOf)
    @HttpCode(200)
    @ApiOperation({ summary: `Search ${list.what}`, description: sentenceOf(list) })
    @ApiOkResponse({ type })
    search(@Body() page: WalletsSearchQuery): EmptyPageDto | EmptyConnectionsDto {
      return answer(page);
    }
  }
  // What the pipe validates by, and the name that operations have in the OpenAPI document.
  Reflect.defineMetadata('design:paramtypes', [query], EmptyListController.prototype, 'list');
  Reflect.defineMetadata('design:paramtypes', [body], EmptyListController.prototype, 'search');
  Object.defineProperty(EmptyListController, 'name', { value: `${list.name}Controller` });
  return EmptyListController;
}

function noItems(page: WalletsPageQuery): EmptyPageDto {
  return walletsPage([], 0, page);
}

function noConnections({ limit, offset }: WalletsPageQuery): EmptyConnectionsDto {
  return { connections: [], total: 0, limit, offset };
}

function sentenceOf({ what }: EmptyList): string {
  return `Always empty: there are no ${what} here. Filters and pages are checked all the same.`;
}
