import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, filtersOf, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import type { Coupon } from './coupon.entity.js';
import { CouponDto, CouponListDto, CouponSearchDto, CreateCouponDto, renderCoupon } from './coupons.dto.js';
import { CouponsService } from './coupons.service.js';
import { readCoupon } from './read-coupon.js';

/** The tenant's side of coupons. */
@ApiTags('Coupons')
@RequireScope('packs:write')
@Controller('v1/coupons')
export class CouponsController {
  constructor(private readonly coupons: CouponsService) {}

  /** Gives out a coupon: percent or an amount off packs. It can be withdrawn, not changed. */
  @Post()
  @ApiCreatedResponse({ type: CouponDto })
  @ApiWalletsErrors('validation', 'already_exists')
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateCouponDto): Promise<CouponDto> {
    return renderCoupon(await this.coupons.create(caller, readCoupon(body)), new Map());
  }

  /** All coupons, those that were withdrawn too, newest first. */
  @Get()
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: WalletsPageQuery): Promise<CouponListDto> {
    const { limit, offset, order } = query;
    const [coupons, total] = await this.coupons.list(caller, { limit, offset }, order);
    return walletsPage(await this.#render(caller, coupons), total, query);
  }

  /** The same by filters, in any order. */
  @Post('search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @ApiWalletsErrors('validation')
  async search(@CurrentCaller() caller: Caller, @Body() body: CouponSearchDto): Promise<CouponListDto> {
    const [coupons, total] = await this.coupons.search(caller, body);
    return walletsPage(await this.#render(caller, coupons), total, body);
  }

  /** A coupon, also one that was withdrawn, and how often it was used. */
  @Get(':id')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<CouponDto> {
    return renderCoupon(await this.coupons.get(caller, id), await this.coupons.countRedemptions(caller, [id]));
  }

  /** Withdraws a coupon: no purchase is begun with it any more. */
  @Delete(':id')
  @HttpCode(204)
  @ApiWalletsErrors('not_found')
  async withdraw(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.coupons.withdraw(caller, id);
  }

  async #render(caller: Caller, coupons: Coupon[]): Promise<CouponDto[]> {
    const ids = coupons.map(({ id }) => id);
    const redemptions = await this.coupons.countRedemptions(caller, ids);
    return coupons.map((coupon) => renderCoupon(coupon, redemptions));
  }
}
