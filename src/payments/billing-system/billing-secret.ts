const FORM = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** Why a text is no secret of Standard Webhooks, or undefined. No sentence repeats it. */
export function faultOfSecret(secret: string): string | undefined {
  const base64 = FORM.exec(secret)?.[1] ?? '';
  const bytes = Buffer.from(base64, 'base64');
  const isExact = bytes.toString('base64') === base64;
  if (isExact && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES) return undefined;
  return `must be whsec_ and ${MIN_BYTES} to ${MAX_BYTES} bytes in base64: openssl rand -base64 32`;
}
