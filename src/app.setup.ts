import type { ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Express } from 'express';
import helmet from 'helmet';
import { API_KEY_SCHEME, BEARER_SCHEME } from './auth/caller.js';
import { RequestBudgets } from './auth/request-budgets.js';
import { Config } from './config.js';
import { describeEvents, EVENT_BODIES } from './events/describe-events.js';
import { LoadShedding } from './http/admission/load-shedding.js';
import { constantHeaders } from './http/constant-headers.js';
import { apiOf } from './http/errors/api-of.js';
import { identifyRequests } from './http/identify-requests.js';
import { keepDocument } from './http/kept-document.js';
import { completeDocument } from './http/openapi/complete-document.js';
import { serveBuiltPages } from './http/server/built-pages.js';
import { MetricsServer } from './ops/metrics/metrics-server.js';
import { Tracing } from './ops/tracing/tracing.js';
import { unusualDigits } from './shared/currencies.js';
import { PortalLooks } from './wallets/portal/portal-looks.service.js';
import { PORTAL_PAGE } from './wallets/portal/portal-page.js';
import { PORTAL_SCHEME } from './wallets/portal/portal-door.js';
import { DatabaseOutage } from './database-outage.js';
import { createLog, LogLines, logRequests } from './log.js';
import { DatabaseHealth } from './ops/database-health.js';

/** Everything about the app that is not a module: the same for the service, the tests and the openapi script. */
export function configureApp(app: NestExpressApplication): void {
  const log = createLog(app.get(Config));
  const ping = () => app.get(DatabaseHealth, { strict: false }).ping();
  const outage = new DatabaseOutage(log, { ping });
  app.useLogger(new LogLines(log, outage));
  app.getHttpServer().once('close', () => outage.end());
  // In front of everything, the log too: what is refused here must cost next to nothing.
  app.use(app.get(LoadShedding, { strict: false }).handle);
  app.use(logRequests(log));
  const { metricsPort, otelExporterOtlpEndpoint } = app.get(Config);
  if (metricsPort !== undefined) app.use(app.get(MetricsServer, { strict: false }).handle);
  if (otelExporterOtlpEndpoint) app.use(app.get(Tracing, { strict: false }).handle);
  app.disable('x-powered-by');
  app.set('etag', false);
  // How many proxies stand in front: behind one, every client would otherwise have the proxy's address.
  app.set('trust proxy', app.get(Config).trustProxy);
  app.use(constantHeaders(helmet(SECURITY_HEADERS)));
  app.use(API_PATHS, constantHeaders(keepNothing));
  app.enableCors({ exposedHeaders: EXPOSED_HEADERS });
  identifyRequests(app);
  app.use(['/docs', '/openapi.json', '/openapi.yaml'], app.get(RequestBudgets, { strict: false }).handle);
  // Swagger makes them anew for each request, and nobody needs a key to ask.
  const express: Express = app.getHttpAdapter().getInstance();
  const looks = app.get(PortalLooks, { strict: false });
  express.get(PORTAL_PAGE, app.get(RequestBudgets, { strict: false }).handle);
  serveBuiltPages(express, (environmentId) => looks.framersOf(environmentId));
  for (const path of DOCUMENTS) express.get(path, keepDocument());
  // Built when somebody asks for it: it costs a tenth of a second that the start can do without.
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Refill API',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      docExpansion: 'none',
    },
  });
}

const API_PATHS = ['/v1', '/account', '/credits-packs'];

/** What customers have is for whoever asked: with a cookie, caches on the way cannot tell. A route may say something else. */
function keepNothing(_request: unknown, response: ServerResponse, next: () => void): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** What scripts of other origins may read of an answer. */
const EXPOSED_HEADERS = [
  'X-Request-ID',
  'Idempotent-Replayed',
  'Retry-After',
  'Keys-Made',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];
const DOCUMENTS = ['/openapi.json', '/openapi.yaml', '/docs/swagger-ui-init.js'];

/** Swagger UI loads its scripts from this server and writes its styles inline. TLS is the proxy's business. */
const SECURITY_HEADERS: Parameters<typeof helmet>[0] = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  crossOriginResourcePolicy: { policy: 'cross-origin' },
};

/** What the dialog "Authorize" says of each field. */
const API_KEY_WORDS =
  'An **account key** or a **server key**, `sk_…`. As the account itself (`/account`, `/credits-packs`): the account ' +
  'key, which knows whose it is. For `/v1`, the tenant’s side: the server key; under `/account` it names the account ' +
  'with header `X-Customer-ID`. The demo’s two keys are printed when the service starts, and kept in `demo.json` in ' +
  'the data folder.';
const BEARER_WORDS =
  'The same keys, or the `token` of a login, as `Authorization: Bearer sk_…` (scheme `JWT` is taken, too). Fill in ' +
  'this field or `api-key`, not both.';
const SESSION_WORDS =
  'For the customer portal only (`/v1/customer/portal/…` under “Customer portal”): the token that a server key gets ' +
  'for its customer. No key goes here.';

export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Refill')
    .setDescription(
      'Wallets and prepaid credits with automatic top-up. The wallets API (`/v1`) is a drop-in for Flexprice’s; the ' +
        'credits API (`/account`, `/credits-packs`) is for the account whose card is on file. Amounts are exact decimals ' +
        'in strings; prices of packs are integers in minor units.',
    )
    .setVersion('1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'Where this document comes from')
    .setOpenAPIVersion('3.1.0')
    .addExtension('x-minor-unit-digits', unusualDigits())
    .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key', description: API_KEY_WORDS }, API_KEY_SCHEME)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'sk_…', description: BEARER_WORDS }, BEARER_SCHEME)
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Session-Token', description: SESSION_WORDS }, PORTAL_SCHEME)
    .build();
  const document = SwaggerModule.createDocument(app, builder, { extraModels: EVENT_BODIES });
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [canonicalPath(path), item]),
  );
  completeDocument(document);
  document.webhooks = describeEvents();
  return document;
}

/** The credits API's paths end in a slash. They answer without it, too, but that is not how they are written. */
function canonicalPath(path: string): string {
  return apiOf(path) === 'credits' && !path.endsWith('/') ? `${path}/` : path;
}
