import { assignRequestId } from './http/request-id.js';
/** Levels at which each request leaves a line. At `warn` only failures do, and a request costs that much less. */
const REQUEST_LEVELS = new Set(['trace', 'debug', 'info']);
/** Where Nest says a line for each module and each route. */
const START_UP_CONTEXTS = new Set([
    'NestFactory',
    'InstanceLoader',
    'RoutesResolver',
    'RouterExplorer',
    'NestApplication',
]);
/** JSON lines. What is logged of a request is listed, not taken away from: headers and bodies never get in. */
export function logOptions(config) {
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
                req: ({ method, url }) => ({ method, path: url.split('?')[0] }),
                res: ({ statusCode }) => ({ statusCode }),
            },
            autoLogging: REQUEST_LEVELS.has(config.logLevel),
            customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
            redact: ['*.authorization', '*.api_key', '*.apiKey', '*.password', '*.token'],
        },
    };
}
/** Sends what Nest says while it starts, some hundred lines, to `debug`. */
export function quietStart(logger) {
    return {
        log: (message, ...rest) => START_UP_CONTEXTS.has(rest.at(-1)) ? logger.debug(message, ...rest) : logger.log(message, ...rest),
        warn: (message, ...rest) => logger.warn(message, ...rest),
        error: (message, ...rest) => logger.error(message, ...rest),
        debug: (message, ...rest) => logger.debug(message, ...rest),
    };
}
//# sourceMappingURL=log.js.map