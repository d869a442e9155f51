// Compiles what a start of the built service compiles, and keeps it in `dist/compile-cache`: so the first start has it, too,
// and the one in an image, which may not write there. Node.js keeps it for one version of its own, and for one user.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

module.enableCompileCache(fileURLToPath(new URL('../dist/compile-cache', import.meta.url)));
await import('../dist/start.js');
// What is imported waits for nothing, but may hold handles. Written at the exit.
process.exit();
