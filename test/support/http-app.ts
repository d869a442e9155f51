import { type LoggerService, Module, type Type as Class } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readBodies } from '../../src/http/body/read-body.js';
import { HttpModule } from '../../src/http/http.module.js';

/** The request half of the service alone, in front of controllers of the test's own: no keys, no database. */
export async function startHttpApp(
  controller: Class<object>,
  logger: LoggerService | false = false,
): Promise<NestExpressApplication> {
  @Module({ imports: [HttpModule], controllers: [controller] })
  class TestModule {}

  const app = await NestFactory.create<NestExpressApplication>(TestModule, { bodyParser: false, logger });
  readBodies(app);
  await app.listen(0, '127.0.0.1');
  return app;
}
