import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventEngine } from '../../payments/stripe/event-engine.js';
import { ScheduledTask } from '../schedule/scheduled-task.js';
import { TopUpEngine } from './top-up-engine.js';

/** Hears from payment providers that something has become of a payment, and has its top-up looked at at once. */
@Injectable()
export class PaymentNews implements OnModuleInit {
  constructor(
    private readonly events: EventEngine,
    private readonly engine: TopUpEngine,
    private readonly task: ScheduledTask,
  ) {}

  onModuleInit(): void {
    this.events.onPaymentChanged = (scope, paymentId) => this.engine.lookAgain(scope, paymentId);
    this.task.alsoRun(() => this.events.wake(), 'provider-events');
  }
}
