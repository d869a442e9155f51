import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LoadShedding } from '../http/admission/load-shedding.js';
import { plainKeyOf } from './api-key.guard.js';
import { KeyRing } from './key-ring.js';

/** Tells whoever sheds load whose request it is: a key that was shown here lately says its tenant, at no cost. */
@Injectable()
export class SheddingByTenant implements OnModuleInit {
  constructor(
    private readonly shedding: LoadShedding,
    private readonly keys: KeyRing,
  ) {}

  onModuleInit(): void {
    this.shedding.tenantOf = (request) => {
      const plainKey = plainKeyOf(request);
      return plainKey === undefined ? undefined : this.keys.recall(plainKey)?.tenantId;
    };
  }
}
