import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { enterEveryScope } from '../shared/sight.js';

@Injectable()
class EveryScopeGuard implements CanActivate {
  canActivate(): boolean {
    enterEveryScope();
    return true;
  }
}

/** On a route for who has no key yet: which tenant it is about is only found while it is answered. */
export function SeesEveryTenant(): MethodDecorator {
  return UseGuards(EveryScopeGuard);
}
