import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { beginRequest } from '../shared/turn.js';
import { fieldErrorsAt, invalidFields, invalidRequest } from './field-errors.js';
import { assignRequestId } from './request-id.js';
import { outsideScopes } from '../shared/sight.js';

/** First of all: gives each request its id and its turn, shows it no rows yet, and refuses what no route could read. */
export function identifyRequests(app: INestApplication): void {
  app.use(identify, refuseNulInUrl);
}

function identify(request: Request, response: Response, next: NextFunction): void {
  assignRequestId(request, response);
  beginRequest(() => outsideScopes(next));
}

/** PostgreSQL's text holds no NUL: a parameter with one is wrong, not a failure of the database. */
function refuseNulInUrl(request: Request, _response: Response, next: NextFunction): void {
  if (!request.url.includes('%00')) {
    next();
    return;
  }
  const query = request.url.split('?', 2)[1] ?? '';
  for (const [name, value] of new URLSearchParams(query)) {
    if (value.includes('\0')) {
      next(invalidFields(fieldErrorsAt([name.replaceAll('\0', '')], 'must not contain NUL characters')));
      return;
    }
  }
  next(invalidRequest('the URL must not contain NUL characters'));
}
