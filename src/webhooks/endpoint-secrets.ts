import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WebhookEndpoint } from '../events/webhook-endpoint.entity.js';
import { SecretBox } from '../settings/secret-box.js';
import { StoredSecrets } from '../settings/stored-secrets.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { type EndpointSecrets, MAX_OLD_SECRETS, rotateSecrets, secretsInForce } from './rotate-secrets.js';

const SECRET_BYTES = 32;
/** How secrets of before they were sealed begin; nothing that is sealed does. */
const PLAIN = 'whsec_';

/** Whose secrets they are. */
export type SecretsOwner = Pick<WebhookEndpoint, 'id' | 'tenantId' | 'environmentId'>;

/** A new secret, to be shown once, and what is stored of it. */
export interface NewSecret {
  secret: string;
  sealedSecrets: string;
}

/** What deliveries are signed with: stored sealed, opened to sign. */
@Injectable()
export class SealedEndpointSecrets implements OnModuleInit {
  constructor(
    private readonly box: SecretBox,
    private readonly stored: StoredSecrets,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.stored.keep({
      what: 'secrets of webhook endpoints',
      entity: WebhookEndpoint,
      property: 'sealedSecrets',
      ownerOf,
      plainTextOf,
    });
  }

  /** @throws invalid_operation in production without ENCRYPTION_KEY */
  create(owner: SecretsOwner): NewSecret {
    const secret = newSecret();
    return { secret, sealedSecrets: this.#seal({ current: secret, old: [] }, owner) };
  }

  /**
   * @param overlapMs for how long those of before sign beside the new one
   * @throws invalid_operation when too many would; unavailable when those of before cannot be opened, unless they end now
   */
  rotate(endpoint: WebhookEndpoint, overlapMs: number): NewSecret {
    const now = this.clock.now();
    const secret = newSecret();
    // What nothing is kept of need not be opened: a way out when its key is lost.
    if (overlapMs === 0) return { secret, sealedSecrets: this.#seal({ current: secret, old: [] }, endpoint) };
    const secrets = rotateSecrets(this.#open(endpoint.sealedSecrets, endpoint), { secret, now, overlapMs });
    if (secrets) return { secret, sealedSecrets: this.#seal(secrets, endpoint) };
    const sentence = `${MAX_OLD_SECRETS} old secrets are in force already: wait until one is over, or end all of them with overlap_seconds 0`;
    throw new DomainError('invalid_operation', sentence, { code: 'too_many_secrets' });
  }

  /**
   * All that a delivery is signed with now.
   * @throws unavailable when they cannot be opened
   */
  inForce(sealedSecrets: string, owner: SecretsOwner): string[] {
    return secretsInForce(this.#open(sealedSecrets, owner), this.clock.now());
  }

  #open(stored: string, owner: SecretsOwner): EndpointSecrets {
    return JSON.parse(plainTextOf(stored) ?? this.box.open(stored, ownerOf(owner))) as EndpointSecrets;
  }

  #seal(secrets: EndpointSecrets, owner: SecretsOwner): string {
    return this.box.seal(JSON.stringify(secrets), ownerOf(owner));
  }
}

function newSecret(): string {
  return `${PLAIN}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function plainTextOf(stored: string): string | undefined {
  if (!stored.startsWith(PLAIN)) return undefined;
  const secrets: EndpointSecrets = { current: stored, old: [] };
  return JSON.stringify(secrets);
}

function ownerOf({ tenantId, environmentId, id }: SecretsOwner): string {
  return `webhook endpoint ${tenantId} ${environmentId} ${id}`;
}
