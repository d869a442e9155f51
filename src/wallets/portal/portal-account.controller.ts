import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TenantsService } from '../../auth/tenants.service.js';
import { CustomersService } from '../../customers/customers.service.js';
import { renderCustomer } from '../../customers/render-customer.js';
import { Cost, filtersOf, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { InvoiceListDto } from '../../top-ups/papers/invoice-lists.dto.js';
import { InvoiceLists } from '../../top-ups/papers/invoice-lists.service.js';
import {
  PortalConfigDto,
  PortalInfoDto,
  PortalInvoiceSearchDto,
  PortalUsageDto,
  PortalUsageQuery,
} from './portal-account.dto.js';
import { PortalLooks } from './portal-looks.service.js';
import { PortalVisitDto } from './portal.dto.js';
import type { PortalVisitor } from './portal-sessions.service.js';
import { PortalUsage } from './portal-usage.service.js';
import { CurrentVisitor, PortalNeeds, RequirePortalSession } from './portal-door.js';

/** What a customer sees beside their wallets: who they are, what they were billed, what they spent. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal')
export class PortalAccountController {
  constructor(
    private readonly customers: CustomersService,
    private readonly tenants: TenantsService,
    private readonly invoices: InvoiceLists,
    private readonly usage: PortalUsage,
    private readonly looks: PortalLooks,
  ) {}

  /** What the session may do, until when, and how its pages look. */
  @Get('session')
  @ApiWalletsErrors()
  async visit(@CurrentVisitor() visitor: PortalVisitor): Promise<PortalVisitDto> {
    return this.looks.visit(visitor);
  }

  /** The customer of the session, and the name of whose customer they are. `metadata` is empty: that is the tenant's own. */
  @Get('info')
  @PortalNeeds('customers:read')
  @ApiWalletsErrors()
  async info(@CurrentVisitor() { scope, customerId }: PortalVisitor): Promise<PortalInfoDto> {
    const [customer, tenant] = await Promise.all([
      this.customers.get(scope, customerId),
      this.tenants.get(scope.tenantId),
    ]);
    return { ...renderCustomer(customer), metadata: {}, tenant_name: tenant.name };
  }

  /** How the portal is to look: always nothing, since nothing of it can be set here. */
  @Get('config')
  @ApiWalletsErrors()
  config(): PortalConfigDto {
    return { theme: null, sections: null };
  }

  /** The customer's invoices by filters, newest first. A body is not needed. */
  @Post('invoices')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @ApiWalletsErrors('validation')
  async listInvoices(
    @CurrentVisitor() { scope, customerId }: PortalVisitor,
    @Body() body: PortalInvoiceSearchDto,
  ): Promise<InvoiceListDto> {
    const { items, total } = await this.invoices.search(scope, { ...body, customer_id: customerId });
    return walletsPage(items, total, body);
  }

  /** What the customer's wallets spent, day by day. `features` is empty: nothing is metered here. */
  @Get('usage')
  @Cost(POINTS.search)
  @ApiWalletsErrors('validation')
  async readUsage(@CurrentVisitor() visitor: PortalVisitor, @Query() query: PortalUsageQuery): Promise<PortalUsageDto> {
    return this.usage.read(visitor, query);
  }
}
