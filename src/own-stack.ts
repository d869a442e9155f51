import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A place in a file that may be of the bundle, as a stack names it. */
const PLACE = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/** One for each file of the bundle that a logged stack has named; undefined for a file that has none. */
const maps = new Map<string, SourceMap | undefined>();

/**
 * A stack with our own files for those of the bundle: `src/ledger/ledger.service.ts:88`. Node.js does that, too, when it is
 * told to at the start, but then it reads all maps before it listens. Here the first error that is logged waits for them.
 */
export function ownStack(stack: string): string {
  return stack.replace(PLACE, (place, file: string, line: string, column: string) => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !('originalSource' in entry) || !entry.originalSource) return place;
    return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`;
  });
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
