/** A session of the customer portal. */
export class PortalSessionDto {
  /** Where the token is good: the portal's routes on this host.
   * @example 'https://refill.example/v1/customer/portal' */
  url!: string;
  /** For the header `X-Session-Token`. It is shown here and never again.
   * @example 'cps_...' */
  token!: string;
  /** An hour from now.
   * @example '2026-01-01T01:00:00.123000Z' */
  expires_at!: string;
}
