import { Injectable } from '@nestjs/common';

/** What a look at the whole ledger came to. */
export interface LedgerLook {
  breaches: number;
  checkedAt: Date;
}

/** The last look at the whole ledger, for who shows it. Handed in by whoever looks; undefined before the first. */
@Injectable()
export class LedgerSoundness {
  last: () => Promise<LedgerLook | undefined> = () => Promise.resolve(undefined);
}
