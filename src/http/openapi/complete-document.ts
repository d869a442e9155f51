import type { OpenAPIObject } from '@nestjs/swagger';
import { documentTags } from './document-tags.js';
import { exampleBodies } from './example-bodies.js';
import { nameOperations } from './name-operations.js';
import { operationsOf } from './operations-of.js';

/** What Nest finds in controllers, made good enough to read and to generate clients from. */
export function completeDocument(document: OpenAPIObject): void {
  nameOperations(document);
  documentTags(document);
  exampleBodies(document);
  // Without a word of it, a reader can't tell an open route from a forgotten one.
  for (const { operation } of operationsOf(document)) operation.security ??= [];
  // A class has no word for it: the other names are those of the fields.
  Object.assign(document.components?.schemas?.['CreditsFieldErrors'] ?? {}, { additionalProperties: true });
}
