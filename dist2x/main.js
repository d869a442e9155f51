const OLDEST_NODE = 24;
if (Number.parseInt(process.versions.node) < OLDEST_NODE) {
    process.stderr.write(`refill: needs Node.js ${OLDEST_NODE} or later, this is ${process.version}: start it with \`npm start\`, which brings its own\n`);
    process.exit(1);
}
// Not a static import: an older Node.js would fail while loading it, with a riddle for a message.
const { start } = await import('./start.js');
await start(process.env);
export {};
//# sourceMappingURL=main.js.map