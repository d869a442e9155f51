import { type ArgumentMetadata, Injectable, type PipeTransform, type Type as Class } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { FieldErrors } from '../shared/errors.js';
import { didYouMean } from '../shared/nearest.js';
import { takeTurnOfSearches } from '../shared/turn.js';
import { UnreadBody } from './body/unread-body.js';
import { invalidFields, invalidRequest } from './field-errors.js';
import { rememberRules } from './remembered-rules.js';

const SENT_BY_SDK = Symbol('fields that only the SDK knows');
const MAY_BE_EMPTY = Symbol('may be empty');
const NONE: ReadonlySet<string> = new Set();
/** Unknown fields of one request that are told what was meant: measuring names takes time. */
const MAX_HINTS = 20;
const ASKS_FOR_LIST = Symbol('asks for a list');
const PRIMITIVES: ReadonlySet<unknown> = new Set([String, Boolean, Number, Array, Object, Buffer, Date, undefined]);

/**
 * On a DTO class of a drop-in route: fields that Flexprice's SDK sends and that mean nothing here. They are taken and
 * dropped; every other unknown field, at any depth, is a 400 that says what was probably meant.
 */
export function SentBySdk(...fields: [string, ...string[]]): ClassDecorator {
  return (dto) => Reflect.defineMetadata(SENT_BY_SDK, new Set(fields), dto);
}

/** What `@SentBySdk()` says of the class itself: one that is made from it or extends it says its own. */
export function fieldsOnlyOfSdk(dto: object): ReadonlySet<string> {
  return (Reflect.getOwnMetadata(SENT_BY_SDK, dto) as ReadonlySet<string> | undefined) ?? NONE;
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
  const instance = plainToInstance(dto, without(value, fieldsOnlyOfSdk(dto)));
  const errors = validateSync(instance, RULES);
  if (errors.length > 0) throw invalidFields(toFieldErrors(errors, { hints: MAX_HINTS }));
  return instance;
}

rememberRules(getMetadataStorage());

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
} as const;

function without(value: object, fields: ReadonlySet<string>): object {
  if (fields.size === 0) return value;
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.has(field)));
}

function toFieldErrors(errors: ValidationError[], left: { hints: number }): FieldErrors {
  const fields: FieldErrors = {};
  for (const error of errors) {
    const sentences = sentencesOf(error, left);
    fields[error.property] = sentences.length > 0 ? sentences : toFieldErrors(error.children ?? [], left);
  }
  return fields;
}

function sentencesOf(error: ValidationError, left: { hints: number }): string[] {
  const constraints = Object.entries(error.constraints ?? {});
  if (constraints.length === 0) return [];
  if (constraints.some(([name]) => name === 'whitelistValidation')) return [unknownField(error, left)];
  if (error.value === undefined) return ['is required'];
  if (error.value === null) return ['must not be null'];
  return constraints.map(([, message]) => withoutName(message, error.property));
}

function unknownField({ property, target }: ValidationError, left: { hints: number }): string {
  const sentence = 'is not a known field';
  if (left.hints === 0 || !target) return sentence;
  left.hints -= 1;
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const known = [...new Set(rules.map(({ propertyName }) => propertyName))];
  if (known.length === 0) return sentence;
  return sentence + (didYouMean(property, known) || `; known are ${known.join(', ')}`);
}

/** class-validator begins its sentences with the field's name; ours are shown beside it. */
function withoutName(message: string, property: string): string {
  if (message.startsWith(`${property} `)) return message.slice(property.length + 1);
  return message.replace(`each value in ${property} `, 'each value ');
}
