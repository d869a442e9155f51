/** What `Retry-After` asks for: seconds, or until a date, which what stands in front of the service may say. Undefined for nothing. */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const asked = headers.get('Retry-After');
  if (asked === null) return undefined;
  const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
