import { isDeepStrictEqual } from 'node:util';
import type { EntityProperty } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { newId } from '../../shared/ids.js';
import { AuditEntry } from './audit-entry.entity.js';
import { type AuditAction, AUDITED_FIELDS, type EntityAction, kindOf } from './audited.js';
import { type Author, kindOfAuthor } from './author.js';

type Fields = Record<string, unknown>;

/** Something that has changed, and is no entity of its own. */
export interface AuditFact {
  action: AuditAction;
  tenantId: string;
  /** Null: of the tenant as a whole. */
  environmentId: string | null;
  target: { kind: string; id: string };
  /** Complete or not: only what differs is written. Null: there was nothing, or is nothing any more. */
  before: Fields | null;
  after: Fields | null;
}

/** An entity of one of the audited kinds: what it has of these depends on its kind. */
type Audited = { id?: string; tenantId?: string; environmentId?: string };

/**
 * Writes down who changed what. A row is one more entity in the unit of work that makes the change: one flush and one
 * commit write both, or neither. Nothing is written at once, so a call comes before the flush.
 */
@Injectable()
export class AuditLog {
  constructor(private readonly clock: Clock) {}

  /**
   * Records what this unit of work is about to do to an entity: make it, remove it, or change what is audited of it.
   * Where nothing of that changes, there is no row.
   * @param more what else is told of the change, such as which secrets are new
   */
  change(em: EntityManager, by: Author | 'system', action: EntityAction, entity: object, more: Fields = {}): void {
    const kind = kindOf(action);
    const { before, after } = imagesOf(em, entity, AUDITED_FIELDS[kind]);
    const { id, tenantId, environmentId } = entity as Audited;
    const place = kind === 'environment' ? id : environmentId;
    this.write(em, by, {
      action,
      tenantId: (kind === 'tenant' ? id : tenantId) ?? '',
      environmentId: place ?? null,
      target: { kind, id: id ?? place ?? '' },
      before,
      after: after && { ...after, ...more },
    });
  }

  /** Records a fact, unless nothing differs. */
  write(em: EntityManager, by: Author | 'system', { target, before, after, ...fact }: AuditFact): void {
    const differing = namesOf(before, after).filter((name) => !isSame(before?.[name], after?.[name]));
    if (before && after && differing.length === 0) return;
    em.create(AuditEntry, {
      id: newId('audit', this.clock.now()),
      ...fact,
      ...actorOf(by),
      targetKind: target.kind,
      targetId: target.id,
      before: before && after ? only(differing, before) : before,
      after: before && after ? only(differing, after) : after,
    });
  }
}

function actorOf(by: Author | 'system') {
  const author = by === 'system' ? undefined : by;
  return {
    actorKind: author ? kindOfAuthor(author) : ('system' as const),
    keyId: author?.keyId || null,
    keyName: author?.keyName ?? null,
    userId: author?.userId ?? null,
    userEmail: author?.userEmail ?? null,
    address: author?.address ?? '',
    userAgent: author?.userAgent ?? '',
    requestId: author?.requestId ?? '',
  };
}

/** An entity as it is stored and as it will be, as far as `fields` go, named as the columns. */
function imagesOf(em: EntityManager, entity: object, fields: readonly string[]) {
  const unitOfWork = em.getUnitOfWork();
  const stored = unitOfWork.getOriginalEntityData(entity) as Fields | undefined;
  const properties = em.getMetadata().get(entity.constructor as never).properties as Record<string, EntityProperty>;
  const imageOf = (read: (property: EntityProperty) => unknown): Fields =>
    Object.fromEntries(
      fields.map((field) => {
        const property = properties[field];
        if (!property) throw new Error(`${entity.constructor.name} has no ${field} to tell the audit log of`);
        return [property.fieldNames[0], toPlain(read(property))];
      }),
    );
  const isRemoved = unitOfWork.getRemoveStack().has(entity);
  return {
    before: stored ? imageOf((property) => readStored(em, property, stored[property.name])) : null,
    after: isRemoved ? null : imageOf(({ name }) => (entity as Fields)[name]),
  };
}

/** The unit of work keeps values as the database has them. */
function readStored(em: EntityManager, { customType }: EntityProperty, value: unknown): unknown {
  if (value == null || !customType) return value;
  return customType.convertToJSValue(value, em.getPlatform(), { force: true });
}

function toPlain(value: unknown): unknown {
  return value instanceof Date ? formatTimestamp(value) : (value ?? null);
}

function namesOf(before: Fields | null, after: Fields | null): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
}

function only(names: string[], image: Fields): Fields {
  return Object.fromEntries(names.map((name) => [name, image[name] ?? null]));
}

/** Of plain JSON values, whatever the order of their keys: JSONB has one of its own. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one ?? null, other ?? null);
}
