import type { Params } from 'nestjs-pino';
import type { Config } from './config.js';
import { assignRequestId } from './http/request-id.js';

/** JSON lines. What is logged of a request is listed, not taken away from: headers and bodies never get in. */
export function logOptions(config: Config): Params {
  return {
    pinoHttp: {
      level: config.logLevel,
      genReqId: assignRequestId,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      serializers: {
        req: ({ method, url }: { method: string; url: string }) => ({ method, path: url.split('?')[0] }),
        res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      },
      autoLogging: config.logLevel === 'info' || config.logLevel === 'debug' || config.logLevel === 'trace',
      customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
      redact: ['*.authorization', '*.api_key', '*.apiKey', '*.password', '*.token'],
    },
  };
}
