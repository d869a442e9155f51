import { Module } from '@nestjs/common';
import { SignedRequests } from './signed-requests.js';

/** How servers of tenants are asked. */
@Module({ providers: [SignedRequests], exports: [SignedRequests] })
export class OutboundModule {}
