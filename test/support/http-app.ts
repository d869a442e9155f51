import { type LoggerService, Module, type Type as Class } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { BodyGuard } from '../../src/http/body/body.guard.js';
import { HttpModule } from '../../src/http/http.module.js';
import { identifyRequests } from '../../src/http/identify-requests.js';

/** The request half of the service alone, in front of controllers of the test's own: no keys, no database. */
export async function startHttpApp(
  controller: Class<object>,
  logger: LoggerService | false = false,
): Promise<NestExpressApplication> {
  @Module({
    imports: [HttpModule],
    controllers: [controller],
    providers: [{ provide: APP_GUARD, useClass: BodyGuard }],
  })
  class TestModule {}

  const app = await NestFactory.create<NestExpressApplication>(TestModule, { bodyParser: false, logger });
  identifyRequests(app);
  await app.listen(0, '127.0.0.1');
  return app;
}
