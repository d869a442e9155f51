import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { IsIdentifier } from '../http/fields/is-text.js';
import { formatTimestampOrNull } from '../shared/clock.js';
import type { Wallet } from '../ledger/wallet.entity.js';
import type { CreditsAccount } from './credits-account.entity.js';

/** Where an account's credits are to live from now on: one of the two. */
export class MoveAccountDto {
  @IsOptional()
  @IsIdentifier({
    description: "An active prepaid wallet of the account's customer.",
    example: 'wallet_01KAHZ5Q7X0000000000000000',
  })
  wallet_id?: string;

  /** The customer's active prepaid wallet in this currency, ISO 4217; it is opened if there is none. */
  @ApiProperty({ type: String, required: false, example: 'EUR' })
  @IsOptional()
  @Matches(/^[A-Za-z]{3}$/, { message: 'must be three letters' })
  currency?: string;
}

/** The wallet that an account's credits live in. */
export class AccountWalletDto {
  /** Null while the account has none: its first write opens it. */
  @ApiProperty({ type: String, nullable: true, example: 'wallet_01KAHZ5Q7X0000000000000000' })
  wallet_id!: string | null;

  /** Of the wallet, or of the one that would be opened. Packs are bought in this currency.
   * @example 'USD' */
  currency_code!: string;

  /** When it was decided; null while it is only what the account's first write would decide. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-01T00:00:00.123000Z' })
  decided_at!: string | null;
}

export function renderAccountWallet(
  wallet: Wallet | undefined,
  currency: string,
  row: CreditsAccount | null,
): AccountWalletDto {
  const isDecided = row !== null && row.walletId === wallet?.id;
  return {
    wallet_id: wallet?.id ?? null,
    currency_code: currency.toUpperCase(),
    decided_at: formatTimestampOrNull(isDecided ? row.decidedAt : null),
  };
}
