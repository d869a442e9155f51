import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { SecretBox } from '../../settings/secret-box.js';
import { Clock } from '../../shared/clock.js';
import { scopeOf } from '../../shared/scope.js';
import type { TopUp } from '../purchases/top-up.entity.js';
import { ACTION_WINDOW_MS } from '../schedule/schedule.js';

export const PAGE_PATH = 'pay';
const PURPOSE = 'confirmation link';
const TOKEN = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/**
 * The link with which the holder of a card confirms one payment: signed, good for 24 hours, and for that payment alone. It
 * is no key of the API. What is secret of it stands behind `#`, which browsers send to nobody, so it is in no log.
 */
@Injectable()
export class ConfirmationLinks {
  constructor(
    private readonly config: Config,
    private readonly providers: PaymentProviders,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /**
   * The same link for the same payment, however often it is asked for.
   * @param requestedAt when its holder was asked first
   * @returns null where we have no page for its provider, or do not know where customers reach us
   */
  async of(topUp: TopUp, requestedAt: Date): Promise<string | null> {
    const { publicBase } = this.config;
    const provider = topUp.provider ? await this.providers.byName(scopeOf(topUp), topUp.provider) : undefined;
    if (!provider?.openPayment || !publicBase) return null;
    const endsAt = Math.floor((requestedAt.getTime() + ACTION_WINDOW_MS) / 1000);
    const signature = this.box.sign(signedText(topUp, endsAt), PURPOSE);
    return `${publicBase}/${PAGE_PATH}/${topUp.id}#${endsAt}.${signature}`;
  }

  /** Whether the part of a link behind `#` is of that payment, and of today. */
  isValid(topUp: Pick<TopUp, 'id' | 'paymentId'>, token: string): boolean {
    const [, endsAt, signature] = TOKEN.exec(token) ?? [];
    if (endsAt === undefined || signature === undefined || !topUp.paymentId) return false;
    if (this.clock.now().getTime() >= Number(endsAt) * 1000) return false;
    return this.box.isSigned(signedText(topUp, Number(endsAt)), PURPOSE, signature);
  }
}

function signedText({ id, paymentId }: Pick<TopUp, 'id' | 'paymentId'>, endsAt: number): string {
  return `${id} ${paymentId} ${endsAt}`;
}
