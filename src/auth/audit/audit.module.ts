import { Global, Module } from '@nestjs/common';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLog } from './audit-log.js';
import { AuditReads } from './audit-reads.js';

/** Who changed what: every room writes into it. */
@Global()
@Module({ controllers: [AuditLogController], providers: [AuditLog, AuditReads], exports: [AuditLog] })
export class AuditModule {}
