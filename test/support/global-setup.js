import { tsImport } from 'tsx/esm/api';

// Jest transforms tests, but loads this file as it is; the server's own code is TypeScript.
export default async function globalSetup() {
  const server = await tsImport('./server.ts', import.meta.url);
  globalThis.stopTestServer = server.stopServer;
  await server.startServer();
}
