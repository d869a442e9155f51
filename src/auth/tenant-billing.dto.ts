import { ApiProperty } from '@nestjs/swagger';
import { NothingDto } from '../http/nothing.dto.js';
import { UsageSummaryDto } from '../http/usage-summary.dto.js';

/** What the tenant owes whoever runs the installation, as Flexprice tells its own customers: nothing here. */
export class TenantBillingDto {
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty.' })
  subscriptions!: NothingDto[];
  usage!: UsageSummaryDto;
}
