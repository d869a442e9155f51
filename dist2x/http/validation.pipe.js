var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { UnreadBody } from './body/read-body.js';
import { invalidFields, invalidRequest } from './field-errors.js';
const IGNORES_UNKNOWN = Symbol('ignores unknown fields');
const PRIMITIVES = new Set([String, Boolean, Number, Array, Object, Buffer, Date, undefined]);
/**
 * On a DTO class of a drop-in route: fields that it does not know are dropped without a word, as Flexprice does.
 * Everywhere else an unknown field is a 400 that names it. Nested objects follow the DTO that they are part of.
 */
export function IgnoreUnknownFields() {
    return (dto) => Reflect.defineMetadata(IGNORES_UNKNOWN, true, dto);
}
/**
 * Turns bodies and queries into their DTO and refuses wrong ones field by field. Ours, not Nest's: the validation runs
 * synchronously, unknown fields are a matter of the DTO, and the errors are data, not text.
 */
let ValidationPipe = class ValidationPipe {
    transform(value, { metatype, type }) {
        if (type === 'custom')
            return value;
        if (value instanceof UnreadBody)
            throw value.refusal();
        if (PRIMITIVES.has(metatype))
            return value;
        if (type === 'body' && value === undefined)
            throw invalidRequest('the body is empty: send a JSON object');
        return validated(metatype, value);
    }
};
ValidationPipe = __decorate([
    Injectable()
], ValidationPipe);
export { ValidationPipe };
/**
 * An instance of the DTO, transformed and checked.
 * @throws DomainError `validation` with the errors nested like the value.
 */
export function validated(dto, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw invalidRequest('the body must be a JSON object');
    }
    const instance = plainToInstance(dto, value);
    const errors = validateSync(instance, Reflect.hasMetadata(IGNORES_UNKNOWN, dto) ? IGNORE_UNKNOWN : REFUSE_UNKNOWN);
    if (errors.length > 0)
        throw invalidFields(toFieldErrors(errors));
    return instance;
}
const REFUSE_UNKNOWN = {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: true,
    validationError: { target: false },
};
const IGNORE_UNKNOWN = { ...REFUSE_UNKNOWN, forbidNonWhitelisted: false };
function toFieldErrors(errors) {
    const fields = {};
    for (const error of errors) {
        const sentences = sentencesOf(error);
        fields[error.property] = sentences.length > 0 ? sentences : toFieldErrors(error.children ?? []);
    }
    return fields;
}
function sentencesOf(error) {
    const constraints = Object.entries(error.constraints ?? {});
    if (constraints.length === 0)
        return [];
    if (constraints.some(([name]) => name === 'whitelistValidation'))
        return ['is not a known field'];
    if (error.value === undefined)
        return ['is required'];
    if (error.value === null)
        return ['must not be null'];
    return constraints.map(([, message]) => withoutName(message, error.property));
}
/** class-validator begins its sentences with the field's name; ours are shown beside it. */
function withoutName(message, property) {
    if (message.startsWith(`${property} `))
        return message.slice(property.length + 1);
    return message.replace(`each value in ${property} `, 'each value ');
}
//# sourceMappingURL=validation.pipe.js.map