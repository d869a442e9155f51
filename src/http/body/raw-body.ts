import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** A body that stays as it was sent: what others have signed is checked by its bytes. */
export class RawBody {
  constructor(readonly bytes: Buffer) {}
}

/** The bytes of a body under `RAW_BODY_PATH`. */
export const RawBytes = createParamDecorator((_data: unknown, context: ExecutionContext): Buffer => {
  const { body } = context.switchToHttp().getRequest<Request>();
  if (body instanceof RawBody) return body.bytes;
  throw new Error('only routes under RAW_BODY_PATH have raw bodies');
});
