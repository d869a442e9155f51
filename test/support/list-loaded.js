// Loaded into a service process before anything else (`--import`): at its end it says in a line of the log which packages
// it has loaded from node_modules.
import { registerHooks } from 'node:module';

const packages = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /^file:.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url) ?? [];
    if (name && !name.startsWith('.')) packages.add(name);
    return next(url, context);
  },
});
process.once('exit', () =>
  console.log(
    JSON.stringify({ msg: 'loaded', packages: [...packages].toSorted((one, other) => one.localeCompare(other)) }),
  ),
);
