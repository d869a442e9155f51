import type { OpenAPIObject } from '@nestjs/swagger';

export interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Schema }[];
  bodies: Record<string, Schema>;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  example?: unknown;
  format?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: unknown;
}

/** What clients send by mistake and enemies on purpose. */
const HOSTILE: unknown[] = [
  null,
  '',
  ' ',
  'x',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '💳',
  'x'.repeat(300),
  'x'.repeat(5000),
  '0',
  '-1',
  '-0',
  '1e400',
  '1e-30',
  'NaN',
  'Infinity',
  '0.0000000001',
  '99999999999999999999',
  '00012',
  '٣',
  0,
  -1,
  1.5,
  1e21,
  Number.MAX_SAFE_INTEGER + 2,
  2147483648,
  true,
  false,
  [],
  [[]],
  [null],
  {},
  { $ne: null },
  { constructor: { prototype: {} } },
  { __proto__: null, toString: 'x' },
  "' or 1=1 --",
  '%',
  '_',
  '../../etc/passwd',
  '2027-02-30',
  '2027-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '9999-12-31T23:59:59Z',
];

/** Seeded: a run can be repeated. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const {
        parameters = [],
        requestBody,
        responses,
      } = operation as unknown as {
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema: Schema }> };
        responses: Operation['responses'];
      };
      const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema] as const);
      return { method: method.toUpperCase(), path, parameters, bodies: Object.fromEntries(bodies), responses };
    }),
  );
}

/** Makes requests that are mostly right, with something wrong in most of them. */
export class FuzzRequests {
  constructor(
    private readonly document: OpenAPIObject,
    private readonly next: () => number,
    /** Real ids, by the name of the parameter or field that takes them. */
    private readonly ids: Record<string, string[]>,
  ) {}

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)] as Item;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  path(operation: Operation): string {
    const path = operation.path.replace(/\{(\w+)\}/g, (_match, name: string) =>
      encodeURIComponent(this.chance(0.75) ? this.#id(name, operation.path) : text(this.pick(HOSTILE)) || 'x'),
    );
    const query = new URLSearchParams();
    for (const { name, in: place, schema } of operation.parameters) {
      if (place === 'query' && this.chance(0.3)) query.append(name, text(this.#value(schema, name, 0)));
    }
    if (this.chance(0.05)) query.append(text(this.pick(HOSTILE)).slice(0, 50), 'x');
    return query.size > 0 ? `${path}?${query.toString()}` : path;
  }

  body(schema: Schema): unknown {
    return this.chance(0.03) ? this.pick(HOSTILE) : this.#value(schema, '', 0);
  }

  #value(schema: Schema, name: string, depth: number): unknown {
    if (depth > 0 && this.chance(0.12)) return this.pick(HOSTILE);
    const resolved = this.#resolve(schema);
    if (resolved.properties) return this.#object(resolved, depth);
    if (this.ids[name] && this.chance(0.9)) return this.pick(this.ids[name]);
    if (name === 'idempotency_key') return `fuzz-${Math.floor(this.next() * 1e9)}`;
    if (resolved.enum) return this.pick(resolved.enum);
    if (resolved.items)
      return Array.from({ length: Math.floor(this.next() * 3) }, () =>
        this.#value(resolved.items as Schema, '', depth + 1),
      );
    if (resolved.example !== undefined && this.chance(0.8)) return resolved.example;
    return this.#primitive(resolved);
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isWanted = schema.required?.includes(name) ? this.chance(0.97) : this.chance(0.4);
      if (isWanted) value[name] = this.#value(property, name, depth + 1);
    }
    if (this.chance(0.03)) value['unknown_field'] = 1;
    return value;
  }

  #primitive(schema: Schema): unknown {
    const types = [schema.type ?? 'string'].flat();
    switch (this.pick(types)) {
      case 'integer':
      case 'number':
        return Math.floor(this.next() * 20);
      case 'boolean':
        return this.chance(0.5);
      case 'null':
        return null;
      case 'array':
        return [];
      case 'object':
        return this.chance(0.5) ? {} : { key: 'value' };
      default:
        if (schema.format === 'date-time') return '2030-01-01T00:00:00Z';
        return schema.format === 'decimal' ? String(Math.floor(this.next() * 30)) : this.pick(['usd', 'text', 'a b']);
    }
  }

  #id(name: string, path: string): string {
    const collection = path.split(`/{${name}}`)[0]?.split('/').at(-1) ?? '';
    const known = this.ids[name] ?? this.ids[collection];
    return known ? this.pick(known) : 'unknown';
  }

  #resolve(schema: Schema): Schema {
    if (schema.$ref) {
      const name = schema.$ref.split('/').at(-1) as string;
      return this.#resolve(this.document.components?.schemas?.[name] ?? {});
    }
    if (schema.oneOf) return this.#resolve(this.pick(schema.oneOf));
    return schema.allOf?.length === 1 ? this.#resolve(schema.allOf[0] as Schema) : schema;
  }
}

function text(value: unknown): string {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return written.isWellFormed() ? written : written.toWellFormed();
}
