import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

/** Lets this thread import TypeScript: compiled as `.swcrc` says, with the types that decorators ask for. */
registerHooks({
  resolve(specifier, context, next) {
    return next(isOfTypescript(specifier, context.parentURL) ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const { code } = transformFileSync(fileURLToPath(url), { sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});

function isOfTypescript(specifier, parentUrl) {
  if (!/^\.{1,2}\/.*\.js$/.test(specifier) || !parentUrl?.endsWith('.ts')) return false;
  return existsSync(new URL(specifier.replace(/\.js$/, '.ts'), parentUrl));
}
