import type { OpenAPIObject } from '@nestjs/swagger';

/** What is read and written here of an operation. */
export interface Operation {
  operationId?: string;
  tags?: string[];
  security?: object[];
  requestBody?: { content: Record<string, { example?: unknown }> };
}

/** Every operation of a document, with its method in capitals and its path, in the document's order. */
export function operationsOf({ paths }: OpenAPIObject): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}
