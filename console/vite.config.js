import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { 'x-minor-unit-digits': digits } = JSON.parse(readFileSync(here('../openapi.json'), 'utf8'));

/** Two pages out of one house: the console, and the portal of a customer. `npm run console` serves them while they are written. */
export default defineConfig({
  root: here('.'),
  base: '/console/',
  define: { MINOR_UNIT_DIGITS: JSON.stringify(digits) },
  build: {
    outDir: here('../dist/console'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing inline: the policy of the pages allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: here('index.html'), portal: here('portal.html') },
      // Of "use client" in packages: there is no server here that would ask.
      output: {
        // What nearly every page is made of is one file instead of thirty; charts come with the pages that have one.
        codeSplitting: { groups: [{ name: 'parts', test: /console\/src\/parts\/(?!chart|shell|find-box)/ }] },
      },
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  server: {
    // The service beside it; a cookie of one port is good for the other.
    proxy: { '/v1': 'http://localhost:3000' },
  },
});
