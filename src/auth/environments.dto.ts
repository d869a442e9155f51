import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { WalletsPageQuery } from '../http/wallets-page.js';
import { formatTimestamp } from '../shared/clock.js';
import type { Environment, EnvironmentType } from './environment.entity.js';

const TYPES: EnvironmentType[] = ['development', 'production'];

/** An environment to be. */
export class CreateEnvironmentDto {
  @IsText({ min: 1, max: 255, example: 'Staging' })
  name!: string;

  /** `development` may use the sandbox payment provider by default. */
  @ApiProperty({ enum: TYPES, example: 'development' })
  @IsIn(TYPES, { message: `must be one of ${TYPES.join(', ')}` })
  type!: EnvironmentType;
}

/** What changes; what is absent or null stays. */
export class UpdateEnvironmentDto extends PartialType(CreateEnvironmentDto) {}

export class ListEnvironmentsQuery extends WalletsPageQuery {}

/** A part of a tenant with customers, wallets, settings and keys of its own. */
export class EnvironmentDto {
  /** @example 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'Staging' */
  name!: string;
  @ApiProperty({ enum: TYPES })
  type!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
}

export class EnvironmentListDto {
  environments!: EnvironmentDto[];
  @ApiProperty({ type: 'integer', example: 2, description: 'Environments on all pages.' })
  total!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'The offset of this page.' })
  offset!: number;
  @ApiProperty({ type: 'integer', example: 50, description: 'The limit that was used.' })
  limit!: number;
}

export function renderEnvironment({ id, name, type, createdAt, updatedAt }: Environment): EnvironmentDto {
  return { id, name, type, created_at: formatTimestamp(createdAt), updated_at: formatTimestamp(updatedAt) };
}
