import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type HttpException,
  type NestInterceptor,
  type Type as Class,
  UseInterceptors,
} from '@nestjs/common';
import { NoFilesInterceptor } from '@nestjs/platform-express';
import { ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import { EMPTY, type Observable } from 'rxjs';
import { DomainError } from '../../shared/errors.js';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { type FormEntry, formToBody, MAX_FORM_FIELDS, parseUrlencoded } from './form-fields.js';
import { FORM_TYPE, JSON_TYPE, mediaType, MULTIPART_TYPE } from './media-type.js';
import { BODY_LIMIT_BYTES } from './body.guard.js';
import { UnreadForm } from './unread-body.js';

/** The route takes its body in three content types: JSON, an urlencoded form, and a multipart form without files. */
export function AcceptsForms(dto: Class<object>): MethodDecorator {
  return applyDecorators(ApiConsumes(JSON_TYPE, FORM_TYPE, MULTIPART_TYPE), UseInterceptors(new FormInterceptor(dto)));
}

const MultipartReader = NoFilesInterceptor({
  limits: { fields: MAX_FORM_FIELDS, parts: MAX_FORM_FIELDS, fieldNameSize: 200, fieldSize: 8 * 1024 },
});

/** Runs before the validation pipe, and hands it the body that the form stands for. */
class FormInterceptor implements NestInterceptor {
  readonly #multipart = new MultipartReader();

  constructor(private readonly dto: Class<object>) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const entries = await this.#read(request, context);
    if (entries) request.body = formToBody(entries, this.dto);
    return next.handle();
  }

  async #read(request: Request, context: ExecutionContext): Promise<FormEntry[] | undefined> {
    if (request.body instanceof UnreadForm) return parseUrlencoded(request.body.bytes);
    if (mediaType(request) !== MULTIPART_TYPE) return undefined;
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) {
      throw new DomainError('payload_too_large', `the body is larger than ${BODY_LIMIT_BYTES} bytes`);
    }
    request.body = undefined;
    try {
      await this.#multipart.intercept(context, { handle: () => EMPTY });
    } catch (error) {
      throw refusalOfMultipart(error);
    }
    return entriesOf((request.body as unknown) ?? {});
  }
}

/** multer nests `a[b]` by itself and leaves `a.b` alone: back to names and texts, so that there is one rule for both. */
function entriesOf(value: unknown, name = ''): FormEntry[] {
  if (typeof value === 'string') {
    // multer decodes bytes that are not UTF-8 to this character.
    if (value.includes('\uFFFD')) throw invalidRequest('the form is not UTF-8');
    return [[name, value]];
  }
  if (Array.isArray(value)) return value.flatMap((item) => entriesOf(item, name));
  return Object.entries(value as object).flatMap(([field, nested]) =>
    entriesOf(nested, name === '' ? field : `${name}[${field}]`),
  );
}

function refusalOfMultipart(error: unknown): unknown {
  const { cause } = error as HttpException;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return error;
  const field = 'field' in cause && typeof cause.field === 'string' ? [cause.field] : [];
  if (cause.code === 'LIMIT_UNEXPECTED_FILE')
    return invalidFields(fieldErrorsAt(field, 'is a file: only text is taken here'));
  return invalidFields(fieldErrorsAt(field, `the form is refused: ${cause.message}`));
}
