import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { invalidRequest } from '../../http/field-errors.js';
import { faultOfReturnUrl, type ReturnUrls } from '../../payments/return-urls.js';
import { PortalLooks } from '../../wallets/portal/portal-looks.service.js';
import { originOfPage, PORTAL_PAGE } from '../../wallets/portal/portal-page.js';
import type { PortalAccount } from './portal-account.js';

/** Where a page of the payment provider's sends a customer back to: the portal, and nowhere that a request could name. */
@Injectable()
export class PortalReturns {
  constructor(private readonly looks: PortalLooks) {}

  /**
   * @param what the customer is away for: the page is told it as `back`
   * @throws validation where the page is on no https, in a production environment
   */
  async of(request: Request, { scope, by }: PortalAccount, what: 'purchase' | 'card'): Promise<ReturnUrls> {
    // Where the customer is: what their tab keeps is good for that origin only.
    const page = `${originOfPage(request)}${PORTAL_PAGE}`;
    const query = await this.looks.queryOf(scope);
    const back = (how: string) => `${page}${query === '' ? '?' : `${query}&`}back=${what}-${how}`;
    // The provider fills in which one it was.
    const successUrl = `${back('done')}${what === 'card' ? '&setup={CHECKOUT_SESSION_ID}' : ''}`;
    const fault = faultOfReturnUrl(successUrl, by.environmentType === 'production');
    if (fault) throw invalidRequest(`the portal’s own address ${fault}: behind a proxy, see TRUST_PROXY`);
    return { successUrl, cancelUrl: back('left') };
  }
}
