export default function globalTeardown(): void {
  (globalThis as { refillTestServer?: { stop(): void } }).refillTestServer?.stop();
}
