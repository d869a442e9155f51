import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a thread of its own runs: `draw-invoice` beside this file, compiled as this file is. */
export const DRAWING_FILE = fileURLToPath(new URL(`draw-invoice${extname(import.meta.url)}`, import.meta.url));
