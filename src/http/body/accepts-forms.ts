import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type as Class,
  UseInterceptors,
} from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { type FormEntry, formToBody, MAX_FORM_FIELDS, parseUrlencoded } from './form-fields.js';
import { FORM_TYPE, JSON_TYPE, MULTIPART_TYPE } from './media-type.js';
import { parseMultipart } from './multipart-form.js';
import { UnreadForm } from './unread-body.js';

/** The route takes its body in three content types: JSON, an urlencoded form, and a multipart form without files. */
export function AcceptsForms(dto: Class<object>): MethodDecorator {
  return applyDecorators(ApiConsumes(JSON_TYPE, FORM_TYPE, MULTIPART_TYPE), UseInterceptors(new FormInterceptor(dto)));
}

const MULTIPART_LIMITS = { fields: MAX_FORM_FIELDS, textBytes: 8 * 1024 };

/** Runs before the validation pipe, and hands it the body that the form stands for. */
class FormInterceptor implements NestInterceptor {
  constructor(private readonly dto: Class<object>) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.body instanceof UnreadForm) request.body = formToBody(await entriesOf(request.body, request), this.dto);
    return next.handle();
  }
}

function entriesOf({ bytes, contentType }: UnreadForm, request: Request): FormEntry[] | Promise<FormEntry[]> {
  if (contentType === FORM_TYPE) return parseUrlencoded(bytes);
  return parseMultipart(bytes, request.headers['content-type'] ?? '', MULTIPART_LIMITS);
}
