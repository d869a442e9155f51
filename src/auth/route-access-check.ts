import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ROUTE_ACCESS } from './caller.js';

type Handler = (...args: never[]) => unknown;

/** Stops the start when a route declares neither a scope nor that it is public: forgetting is not a way in. */
@Injectable()
export class RouteAccessCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype }) => this.#undeclaredRoutes(metatype));
    if (undeclared.length > 0) {
      throw new Error(`no scope is declared for ${undeclared.join(', ')}: add @RequireScope() or @Public()`);
    }
  }

  #undeclaredRoutes(controller: unknown): string[] {
    if (typeof controller !== 'function') return [];
    const prototype = controller.prototype as Record<string, Handler>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => {
        const handler = prototype[name] as Handler;
        const isRoute = Reflect.hasMetadata(METHOD_METADATA, handler);
        return isRoute && this.reflector.getAllAndOverride(ROUTE_ACCESS, [handler, controller]) === undefined;
      })
      .map((name) => `${controller.name}.${name}`);
  }
}
