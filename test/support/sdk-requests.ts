import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as models from '@flexprice/sdk/sdk/models';

/** A request as `@flexprice/sdk` 2.0.1 sends it when every field is given, of values that mean nothing. */
export interface SdkRequest {
  method: string;
  /** Below the base address, like `/v1/wallets/{id}`. */
  path: string;
  /** Undefined where it sends none. */
  body: object | undefined;
  /** Names of the query. */
  query: string[];
}

/** What the SDK's source says of its requests: of each operation one file, written by a generator. */
const PATH = /pathToFunc\("([^"]+)"\)/;
const METHOD = /method: "(\w+)"/;
const SCHEMA = /models\.(\w+\$outboundSchema)/;
const BODY = /encodeJSON\("body", payload(\.body)?,/;
const QUERY_FORMS = /encodeFormQuery\(\{([^}]*)\}/g;
const QUERY_NAME = /"([^"]+)": payload/g;

/** What is used of zod's. */
interface Schema {
  parse(value: unknown): { body: object };
  _zod: { def: Record<string, unknown> & { type: string } };
}

/** Every operation of the SDK. */
export function sdkRequests(): SdkRequest[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@flexprice/sdk/package.json')), 'esm', 'funcs');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return sources.map((name) => requestOf(readFileSync(join(folder, name), 'utf8')));
}

function requestOf(source: string): SdkRequest {
  const [, path] = PATH.exec(source) ?? [];
  const [, method] = METHOD.exec(source) ?? [];
  if (!path || !method) throw new Error('an operation of the SDK is written in another way');
  const query = [...source.matchAll(QUERY_FORMS)].flatMap(([, form = '']) =>
    [...form.matchAll(QUERY_NAME)].map(([, name]) => name as string),
  );
  return { method, path: `/v1${path}`, body: bodyOf(source), query };
}

function bodyOf(source: string): object | undefined {
  const encoded = BODY.exec(source);
  const [, name] = SCHEMA.exec(source) ?? [];
  if (!encoded || !name) return undefined;
  const schema = (models as unknown as Record<string, Schema>)[name] as Schema;
  const sent = schema.parse(sampleOf(schema));
  return encoded[1] ? sent.body : sent;
}

/** A value that the schema takes, with everything that it may have. */
function sampleOf({ _zod: { def } }: Schema): unknown {
  switch (def.type) {
    case 'pipe':
      return sampleOf(def['in'] as Schema);
    case 'object':
      return Object.fromEntries(
        Object.entries(def['shape'] as Record<string, Schema>).map(([field, schema]) => [field, sampleOf(schema)]),
      );
    case 'optional':
    case 'default':
    case 'nullable':
      return sampleOf(def['innerType'] as Schema);
    case 'array':
      return [sampleOf(def['element'] as Schema)];
    case 'record':
      return { key: sampleOf(def['valueType'] as Schema) };
    case 'union':
      return sampleOf((def['options'] as Schema[])[0] as Schema);
    case 'enum':
      return Object.values(def['entries'] as object)[0];
    case 'number':
    case 'int':
      return 1;
    case 'boolean':
      return true;
    default:
      return 'x';
  }
}
