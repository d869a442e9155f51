/** A session of the customer portal. */
export class PortalSessionDto {
  /** To end it by. Ours.
   * @example 'session_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** Where the token is good: the portal's routes on this host.
   * @example 'https://refill.example/v1/customer/portal' */
  url!: string;
  /** For the header `X-Session-Token`. It is shown here and never again.
   * @example 'cps_...' */
  token!: string;
  /** An hour from now, or when the key ends that asked.
   * @example '2026-01-01T01:00:00.123000Z' */
  expires_at!: string;
}
