import { DomainError } from '../../shared/errors.js';

/** A body that nothing has read (yet): a route that wants one answers 415. */
export class UnreadBody {
  constructor(readonly contentType: string | undefined) {}

  refusal(): DomainError {
    const got = this.contentType ?? 'none';
    return new DomainError(
      'unsupported_media_type',
      `content type ${got} is not supported here: send application/json`,
    );
  }
}

/** A form of either kind, not parsed yet: only routes that accept forms look into it. */
export class UnreadForm extends UnreadBody {
  constructor(
    contentType: string,
    readonly bytes: Buffer,
  ) {
    super(contentType);
  }
}
