import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Those that take more than 15 s, the longest first: some wait for processes, some for time-outs, some compute. */
const LONGEST = [
  'console/console',
  'crash',
  'fuzz',
  'crash-points',
  'top-up-model',
  'torture',
  'explain',
  'lifecycle',
  'two-processes',
  'ledger-model',
  'top-up-outcomes',
  'statement',
  'immediate-stops',
  'threshold-storm',
  'embedded-database',
  'reconcile-command',
  'going-live',
  'webhook-delivery',
  'users',
  'admin-command',
  'sweep',
  'reversals',
  'credentials',
  'restore',
  'bundle',
].map((name) => resolve('test', `${name}.spec.ts`));

/**
 * In which order Jest takes the files: what takes long is begun first, so that no worker is left alone with it at the end.
 * All others take seconds, the longer texts as a rule longer.
 */
export default class LongestFirst {
  sort(tests) {
    const gone = LONGEST.filter((path) => !existsSync(path));
    if (gone.length > 0) throw new Error(`longest-first.js names what there is not: ${gone.join(', ')}`);
    const isLong = ({ path }) => LONGEST.includes(path);
    const long = tests.filter(isLong).toSorted((one, other) => place(one) - place(other));
    const others = tests.filter((test) => !isLong(test)).toSorted((one, other) => size(other) - size(one));
    return [...long, ...others];
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is that of the list, on every machine.
  }
}

function place({ path }) {
  return LONGEST.indexOf(path);
}

function size({ path }) {
  return statSync(path).size;
}
