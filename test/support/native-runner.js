import { createRequire } from 'node:module';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import './load-typescript.js';

const require = createRequire(import.meta.url);

process.setSourceMapsEnabled(true);

/**
 * Jest's own runner of tests, but the modules are Node's own: what one test file has imported, the next one of its worker
 * has already, compiled and warm. Jest would load the 2,700 modules of the service anew for each file. Globals are shared as
 * well, so a test leaves none of them changed.
 */
export default function runTests(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  globalThis.console = environment.global.console;
  // Jest's formatter of stacks knows only the sources that Jest has compiled.
  Error.prepareStackTrace = undefined;
  const nativeRuntime = {
    // The state of the tests is in it: anew for each file.
    requireInternalModule(path) {
      delete require.cache[path];
      return require(path);
    },
    requireModule: require,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href),
    setGlobalsForRuntime: () => undefined,
    enterTestCode: () => undefined,
    leaveTestCode: () => undefined,
  };
  return circus.default(globalConfig, config, { global: globalThis }, nativeRuntime, testPath, sendMessageToJest);
}
