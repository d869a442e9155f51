import { formatDecimal, parseDecimal } from '../shared/decimal.js';
import { fieldErrorsAt, invalidFields } from './field-errors.js';
import { readTimestamp } from './fields/is-timestamp.js';
const ORDERED = ['eq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in'];
const OPERATORS_OF = {
    text: ['eq', 'contains', 'not_contains', 'in', 'not_in'],
    decimal: ORDERED,
    integer: ORDERED,
    timestamp: ['eq', 'before', 'after'],
    boolean: ['eq'],
};
/**
 * The conditions of `filters` for the ORM's `$and`.
 * @throws DomainError `validation` for a field that is not in `fields`, or a value that the field can't have
 */
export function filterConditions(filters, fields) {
    return (filters ?? []).map((filter, index) => {
        const field = Object.hasOwn(fields, filter.field) ? fields[filter.field] : undefined;
        if (!field)
            throw refusal(index, 'field', `must be one of ${Object.keys(fields).join(', ')}`);
        if (!OPERATORS_OF[field.type].includes(filter.operator)) {
            throw refusal(index, 'operator', `must be one of ${OPERATORS_OF[field.type].join(', ')} for ${filter.field}`);
        }
        return condition(filter, field, index);
    });
}
/**
 * The order that `sort` asks for, then that of creation, for the ORM's `orderBy`.
 * @throws DomainError `validation` for a field that is not in `fields`
 */
export function sortOrder(sort, fields, order) {
    const wanted = (sort ?? []).map(({ field: name, direction }, index) => {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (!field) {
            const sentence = `must be one of ${Object.keys(fields).join(', ')}`;
            throw invalidFields(fieldErrorsAt(['sort', String(index), 'field'], sentence));
        }
        return { [field.property]: direction ?? order };
    });
    return [...wanted, { createdAt: order }, { id: order }];
}
function condition({ operator, value }, { property, type }, index) {
    const read = (raw) => {
        const converted = raw === undefined || raw === null ? undefined : convert(raw, type);
        if (converted === undefined)
            throw refusal(index, 'value', `must hold ${WANTED[type]} for ${operator}`);
        return converted;
    };
    const readAll = () => {
        if (!value.array)
            throw refusal(index, 'value', `must hold an array for ${operator}`);
        return value.array.map(read);
    };
    switch (operator) {
        case 'eq': {
            const raw = value.string ?? value.number ?? value.boolean ?? value.date;
            return raw == null && value.array ? { [property]: { $in: readAll() } } : { [property]: read(raw) };
        }
        case 'contains':
            return { [property]: { $ilike: pattern(read(value.string)) } };
        case 'not_contains':
            return { $or: [{ [property]: null }, { $not: { [property]: { $ilike: pattern(read(value.string)) } } }] };
        case 'in':
            return { [property]: { $in: readAll() } };
        case 'not_in':
            return { $or: [{ [property]: null }, { [property]: { $nin: readAll() } }] };
        case 'before':
            return { [property]: { $lt: read(value.date) } };
        case 'after':
            return { [property]: { $gt: read(value.date) } };
        default:
            return { [property]: { [`$${operator}`]: read(value.number ?? value.string) } };
    }
}
const WANTED = {
    text: 'a string',
    decimal: 'a number',
    integer: 'a whole number',
    timestamp: 'a date',
    boolean: 'a boolean',
};
/** The value as the column compares it; undefined when the column can't have it. */
function convert(raw, type) {
    switch (type) {
        case 'text':
            return String(raw);
        case 'decimal': {
            const number = parseDecimal(raw);
            return number && formatDecimal(number);
        }
        case 'integer': {
            const number = parseDecimal(raw);
            return number && number.abs().lt(2 ** 31) && number.round(0, 0).eq(number) ? number.toNumber() : undefined;
        }
        case 'timestamp':
            return readTimestamp(raw);
        case 'boolean':
            return { true: true, false: false }[String(raw)];
    }
}
function pattern(text) {
    return `%${String(text).replace(/[\\%_]/g, '\\$&')}%`;
}
function refusal(index, member, sentence) {
    return invalidFields(fieldErrorsAt(['filters', String(index), member], sentence));
}
//# sourceMappingURL=filters.js.map