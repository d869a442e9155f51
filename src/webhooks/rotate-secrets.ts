/** What an endpoint's deliveries are signed with. */
export interface EndpointSecrets {
  /** `whsec_` and base64, as all of them. */
  current: string;
  /** Those of before, the latest first. */
  old: OldSecret[];
}

interface OldSecret {
  secret: string;
  /** ISO 8601. */
  until: string;
}

/** More than anybody has receivers that lag behind; each is a signature more in a header. */
export const MAX_OLD_SECRETS = 4;

/**
 * With a new secret: all those of before sign for so long beside it, and none longer than it had.
 * @param overlapMs zero: none of before signs any more
 * @returns undefined when there would be too many
 */
export function rotateSecrets(
  secrets: EndpointSecrets,
  { secret, now, overlapMs }: { secret: string; now: Date; overlapMs: number },
): EndpointSecrets | undefined {
  const until = new Date(now.getTime() + overlapMs).toISOString();
  const before = [{ secret: secrets.current, until }, ...secrets.old];
  const old = before
    .map((one) => ({ ...one, until: one.until < until ? one.until : until }))
    .filter((one) => isInForce(one, now));
  return old.length > MAX_OLD_SECRETS ? undefined : { current: secret, old };
}

/** All that a delivery is signed with now, the current one first. */
export function secretsInForce({ current, old }: EndpointSecrets, now: Date): string[] {
  return [current, ...old.filter((one) => isInForce(one, now)).map(({ secret }) => secret)];
}

function isInForce({ until }: OldSecret, now: Date): boolean {
  return new Date(until) > now;
}
