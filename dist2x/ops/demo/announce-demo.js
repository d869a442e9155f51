import { Config } from '../../config.js';
import { Demo } from './demo.service.js';
import { demoText } from './demo-text.js';
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
/** Once the service listens: makes the demo data, and prints what to try with it. Nothing where there is no demo. */
export async function announceDemo(app) {
    const config = app.get(Config);
    if (!config.isDemoEnabled)
        return;
    const { port } = app.getHttpServer().address();
    const host = EVERY_ADDRESS.has(config.host) ? '127.0.0.1' : config.host;
    const baseUrl = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    process.stdout.write(demoText(await app.get(Demo, { strict: false }).prepare(baseUrl)));
}
//# sourceMappingURL=announce-demo.js.map