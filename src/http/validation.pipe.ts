import { type ArgumentMetadata, Injectable, type PipeTransform, type Type as Class } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { FieldErrors } from '../shared/errors.js';
import { takeTurnOfSearches } from '../shared/turn.js';
import { UnreadBody } from './body/unread-body.js';
import { invalidFields, invalidRequest } from './field-errors.js';

const IGNORES_UNKNOWN = Symbol('ignores unknown fields');
const MAY_BE_EMPTY = Symbol('may be empty');
const ASKS_FOR_LIST = Symbol('asks for a list');
const PRIMITIVES: ReadonlySet<unknown> = new Set([String, Boolean, Number, Array, Object, Buffer, Date, undefined]);

/**
 * On a DTO class of a drop-in route: fields that it does not know are dropped without a word, as Flexprice does.
 * Everywhere else an unknown field is a 400 that names it. Nested objects follow the DTO that they are part of.
 */
export function IgnoreUnknownFields(): ClassDecorator {
  return (dto) => Reflect.defineMetadata(IGNORES_UNKNOWN, true, dto);
}

/** On a DTO class of which nothing is required: no body at all is an empty one. */
export function MayBeEmpty(): ClassDecorator {
  return (dto) => Reflect.defineMetadata(MAY_BE_EMPTY, true, dto);
}

/**
 * On the DTO class of a list or a search: its statements go over the connections of searches, where each has 3 s and a
 * tenant not all of them. What is made of the class by `OmitType` or `IntersectionType` has to say it, too.
 */
export function AsksForList(): ClassDecorator {
  return (dto) => Reflect.defineMetadata(ASKS_FOR_LIST, true, dto);
}

export function asksForList(dto: object): boolean {
  return Reflect.hasMetadata(ASKS_FOR_LIST, dto);
}

/**
 * Turns bodies and queries into their DTO and refuses wrong ones field by field. Ours, not Nest's: the validation runs
 * synchronously, unknown fields are a matter of the DTO, and the errors are data, not text.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (value instanceof UnreadBody) throw value.refusal();
    if (PRIMITIVES.has(metatype)) return value;
    if (asksForList(metatype as object)) takeTurnOfSearches();
    if (type === 'body' && value === undefined) {
      if (!Reflect.hasMetadata(MAY_BE_EMPTY, metatype as object)) {
        throw invalidRequest('the body is empty: send a JSON object');
      }
      return validated(metatype as Class<object>, {});
    }
    return validated(metatype as Class<object>, value);
  }
}

/**
 * An instance of the DTO, transformed and checked.
 * @throws DomainError `validation` with the errors nested like the value.
 */
export function validated<T extends object>(dto: Class<T>, value: unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('the body must be a JSON object');
  }
  const instance = plainToInstance(dto, value);
  const errors = validateSync(instance, Reflect.hasMetadata(IGNORES_UNKNOWN, dto) ? IGNORE_UNKNOWN : REFUSE_UNKNOWN);
  if (errors.length > 0) throw invalidFields(toFieldErrors(errors));
  return instance;
}

const REFUSE_UNKNOWN = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false },
} as const;
const IGNORE_UNKNOWN = { ...REFUSE_UNKNOWN, forbidNonWhitelisted: false } as const;

function toFieldErrors(errors: ValidationError[]): FieldErrors {
  const fields: FieldErrors = {};
  for (const error of errors) {
    const sentences = sentencesOf(error);
    fields[error.property] = sentences.length > 0 ? sentences : toFieldErrors(error.children ?? []);
  }
  return fields;
}

function sentencesOf(error: ValidationError): string[] {
  const constraints = Object.entries(error.constraints ?? {});
  if (constraints.length === 0) return [];
  if (constraints.some(([name]) => name === 'whitelistValidation')) return ['is not a known field'];
  if (error.value === undefined) return ['is required'];
  if (error.value === null) return ['must not be null'];
  return constraints.map(([, message]) => withoutName(message, error.property));
}

/** class-validator begins its sentences with the field's name; ours are shown beside it. */
function withoutName(message: string, property: string): string {
  if (message.startsWith(`${property} `)) return message.slice(property.length + 1);
  return message.replace(`each value in ${property} `, 'each value ');
}
