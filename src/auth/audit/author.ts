import type { Origin } from '../../http/origin.js';
import type { ActorKind } from './audit-entry.entity.js';

/** Who changes something, and from where. A `Caller` is one; whoever did not come over HTTP has no origin. */
export interface Author extends Partial<Origin> {
  /** Empty where no key was shown. */
  keyId: string;
  keyName?: string;
  /** The user who logged in for the key. */
  userId?: string | null;
  userEmail?: string | null;
}

/** Whoever runs the installation: commands, demo data, the first start. */
export const OPERATOR: Author = { keyId: '' };

export function kindOfAuthor(author: Author): ActorKind {
  if (author.userId) return 'user';
  if (author.keyId !== '') return 'key';
  return author.address === undefined ? 'operator' : 'anonymous';
}
