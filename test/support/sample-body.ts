import type { OpenAPIObject } from '@nestjs/swagger';

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
}

/** Names on the way to a field of a body. */
type Path = string[];

const MAX_DEPTH = 4;

/** Every field of a body, those of nested objects and of the objects in lists too. */
export function fieldsOf(document: OpenAPIObject, schema: object, above: Path = []): Path[] {
  const { properties = {}, items } = resolve(document, schema);
  if (items) return fieldsOf(document, items, above);
  if (above.length >= MAX_DEPTH) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = [...above, name];
    return [path, ...fieldsOf(document, property, path)];
  });
}

/** A body of what is required, of real ids and of examples, that is right; but for one field, which is null. */
export function sampleOf(
  document: OpenAPIObject,
  schema: object,
  ids: Record<string, string>,
  [next, ...below]: Path,
  name = '',
): unknown {
  const { properties, items, required = [], ...rest } = resolve(document, schema);
  if (items && next !== undefined) return [sampleOf(document, items, ids, [next, ...below])];
  if (!properties) return ids[name] ?? primitive({ ...rest, ...(items ? { items } : {}) });
  const names = Object.keys(properties).filter((property) => property === next || required.includes(property));
  return Object.fromEntries(
    names.map((property) => {
      if (property === next && below.length === 0) return [property, null];
      const path = property === next ? below : [];
      return [property, sampleOf(document, properties[property] as Schema, ids, path, property)];
    }),
  );
}

function primitive({ enum: values, example, items, type = 'string', format }: Schema): unknown {
  if (values) return values[0];
  if (example !== undefined) return example;
  if (items) return [];
  switch ([type].flat()[0]) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'object':
      return {};
    default:
      return format === 'date-time' ? '2030-01-01T00:00:00Z' : '1';
  }
}

function resolve(document: OpenAPIObject, schema: Schema): Schema {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) as string;
    return resolve(document, document.components?.schemas?.[name] ?? {});
  }
  const choice = schema.oneOf?.[0] ?? (schema.allOf?.length === 1 ? schema.allOf[0] : undefined);
  return choice ? resolve(document, choice) : schema;
}
