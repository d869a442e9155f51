import module from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node) < OLDEST_NODE) {
  process.stderr.write(
    `refill: needs Node.js ${OLDEST_NODE} or later, this is ${process.version}: start it with \`npm start\`, which brings its own\n`,
  );
  process.exit(1);
}
// What is compiled once need not be compiled at the next start: kept beside the code, where that may be written.
module.enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));
// Not a static import: an older Node.js would fail while loading it, with a riddle for a message.
const { start } = await import('./start.js');

await start(process.env);
