import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { RouteAccess } from './caller.js';

/** Lets requests in that come with something else than an API key. */
export interface Door {
  /**
   * Says with `request.payer` who pays for the request.
   * @throws DomainError for whoever may not come in
   */
  admit(context: ExecutionContext): Promise<true>;
}

/**
 * Who looks after the routes that ask for no API key and are not for everybody. Asked with the keys, before anything is
 * counted or read; handed in by the modules that have such routes.
 */
@Injectable()
export class Doors {
  readonly #doors = new Map<RouteAccess, Door>();

  add(access: RouteAccess, door: Door): void {
    this.#doors.set(access, door);
  }

  /** undefined: keys open it, or nothing has to. */
  of(access: RouteAccess): Door | undefined {
    return this.#doors.get(access);
  }
}
