import { RequestMethod, type Type as Class } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { TestApp } from './app.js';

/** A route of the service, with the classes that its body and query are validated by. */
export interface ServedRoute {
  method: string;
  /** Parameters are written `{}`, whatever their names. */
  path: string;
  body: Class<object> | undefined;
  query: Class<object> | undefined;
}

type Handler = (...args: never[]) => unknown;

/** `/v1/wallets/:id` and `/v1/wallets/{id}` are one path. */
export function pathWithoutNames(path: string): string {
  return `/${path}`
    .replaceAll(/\/+/g, '/')
    .replaceAll(/:\w+|\{\w+\}/g, '{}')
    .replace(/(?<=.)\/$/, '');
}

/** All that its controllers declare. */
export function servedRoutes(service: TestApp): ServedRoute[] {
  const scanner = new MetadataScanner();
  return service
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ metatype }) => routesOf(metatype as Class<object>, scanner));
}

function routesOf(controller: Class<object>, scanner: MetadataScanner): ServedRoute[] {
  const prototype = controller.prototype as Record<string, Handler>;
  const prefixes = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  return scanner.getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name] as Handler;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    return prefixes.flatMap((prefix) =>
      paths.map((path) => ({
        method: RequestMethod[method],
        path: pathWithoutNames(`${prefix}/${path}`),
        body: argumentOf(controller, name, RouteParamtypes.BODY),
        query: argumentOf(controller, name, RouteParamtypes.QUERY),
      })),
    );
  });
}

function argumentOf(controller: Class<object>, name: string, kind: RouteParamtypes): Class<object> | undefined {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    { index: number }
  >;
  const found = Object.entries(declared).find(([key]) => key.startsWith(`${kind}:`));
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, name) as Class<object>[];
  return found && types[found[1].index];
}
