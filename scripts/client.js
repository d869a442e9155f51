// Makes the package `client/`: types from openapi.json, then its JavaScript and declarations in `client/dist`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = (path) => new URL(`../${path}`, import.meta.url);

// A field with a default may be left out of a request.
const schema = await openapiTS(here('openapi.json'), { defaultNonNullable: false });
mkdirSync(here('client/src/generated'), { recursive: true });
writeFileSync(here('client/src/generated/schema.ts'), `// Made from openapi.json.\n${astToString(schema)}`);
execFileSync(process.execPath, [fileURLToPath(here('node_modules/typescript/bin/tsc')), '-p', 'client'], {
  cwd: here('.'),
  stdio: 'inherit',
});
