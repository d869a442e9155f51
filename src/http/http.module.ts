import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { LoopTurns } from './admission/loop-turns.js';
import { LargeBodies } from './body/large-bodies.js';
import { ErrorFilter } from './errors/error.filter.js';
import { ValidationPipe } from './validation.pipe.js';

/** How every route reads requests and answers errors. Bodies are read by `BodyGuard`, behind the guard that asks for a key. */
@Module({
  providers: [
    LargeBodies,
    LoopTurns,
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
  ],
  exports: [LargeBodies, LoopTurns],
})
export class HttpModule {}
