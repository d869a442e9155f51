import { type CardDate, isExpired } from '../../customers/card-expiry.js';
import { CARD_DECLINES_PER_30_DAYS } from '../schedule/schedule.js';
import type { FrozenCard } from './top-up-changes.js';

/** A provider's certain no. */
export interface Decline {
  code: string;
  message: string;
  retry: 'later' | 'never';
}

/** The one turn that the backup card has in the life of a top-up, whatever becomes of it. */
export interface BackupTurn {
  /** `due`: the next attempt charges it. `trying`: the current one does. `over`: it was declined, too. */
  step: 'due' | 'trying' | 'over';
  /** What was said of the card on file: it decides again once the backup is declined, too. */
  declined: Decline;
  /** That card. */
  card: FrozenCard;
}

/** Everything that decides whether the backup is tried. */
export interface BackupFacts {
  now: Date;
  topUp: {
    /** Of the card that was declined. */
    cardFingerprint: string | null;
    provider: string | null;
    isPaidOnPage: boolean;
    backup: BackupTurn | null;
  };
  /** The card that the customer has chosen; undefined where there is none. */
  backup: (CardDate & { provider: string; fingerprint: string }) | undefined;
  /** Declines of that card in the last 30 days, whatever wallets they were for. */
  declines: number;
}

export type BackupVerdict =
  'try' | 'none' | 'tried_before' | 'paid_on_page' | 'other_provider' | 'same_card' | 'expired' | 'declined_too_often';

/** Whether the customer's backup card is tried in place of one that was declined. */
export function judgeBackup({ now, topUp, backup, declines }: BackupFacts): BackupVerdict {
  if (!backup) return 'none';
  if (topUp.backup && topUp.backup.step !== 'due') return 'tried_before';
  // Whoever pays on a page has every card of theirs to choose from.
  if (topUp.isPaidOnPage) return 'paid_on_page';
  if (backup.provider !== topUp.provider) return 'other_provider';
  if (backup.fingerprint === topUp.cardFingerprint) return 'same_card';
  if (isExpired(backup, now)) return 'expired';
  return declines >= CARD_DECLINES_PER_30_DAYS ? 'declined_too_often' : 'try';
}

/** The turn as it is once an attempt has begun. One that was due when another card came on file is not taken. */
export function turnWith(turn: BackupTurn | null | undefined, chargesBackup: boolean): BackupTurn | null {
  if (!turn || turn.step === 'over') return turn ?? null;
  if (chargesBackup) return { ...turn, step: 'trying' };
  return turn.step === 'due' ? null : { ...turn, step: 'over' };
}

/** How often the card on file was tried so far: the backup's turn delays no retry. */
export function triesOf({ attempt, backup }: { attempt: number; backup?: BackupTurn | null | undefined }): number {
  return backup && backup.step !== 'due' ? attempt - 1 : attempt;
}

/** The card that a failed top-up was about, and a pause is for: a backup only stood in for it. */
export function cardOfPause(topUp: {
  cardFingerprint?: string | null | undefined;
  backup?: BackupTurn | null | undefined;
}): string | null {
  return (topUp.backup?.step === 'trying' ? topUp.backup.card.cardFingerprint : topUp.cardFingerprint) ?? null;
}
