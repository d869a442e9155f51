import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ErrorFilter } from './errors/error.filter.js';
import { SignedRequests } from './outbound/signed-requests.js';
import { ValidationPipe } from './validation.pipe.js';

/** How every route reads requests and answers errors, and how servers of tenants are asked. The body parsers come with `readBodies(app)`. */
@Module({
  providers: [
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
    SignedRequests,
  ],
  exports: [SignedRequests],
})
export class HttpModule {}
