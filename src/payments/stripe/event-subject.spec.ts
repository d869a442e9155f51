import { subjectOf } from './event-subject.js';

describe('what an event is about', () => {
  it.each([
    ['payment_intent.succeeded', { id: 'pi_1' }, { kind: 'payment', ref: 'pi_1' }],
    ['payment_intent.payment_failed', { id: 'pi_1' }, { kind: 'payment', ref: 'pi_1' }],
    ['charge.refunded', { id: 'ch_1', payment_intent: 'pi_1' }, { kind: 'returns', ref: 'pi_1' }],
    ['refund.updated', { id: 're_1', payment_intent: 'pi_1' }, { kind: 'returns', ref: 'pi_1' }],
    ['charge.dispute.closed', { id: 'du_1', payment_intent: 'pi_1' }, { kind: 'returns', ref: 'pi_1' }],
    ['refund.created', { id: 're_1', payment_intent: null }, undefined],
    ['setup_intent.succeeded', { id: 'seti_1' }, { kind: 'setup', ref: 'seti_1' }],
    ['payment_method.automatically_updated', { id: 'pm_1' }, { kind: 'card', ref: 'pm_1' }],
    ['payment_method.updated', { id: 'pm_1' }, { kind: 'card', ref: 'pm_1' }],
    ['payment_method.detached', { id: 'pm_1' }, { kind: 'card', ref: 'pm_1' }],
    ['payment_method.attached', { id: 'pm_1' }, undefined],
    ['checkout.session.completed', { id: 'cs_1', mode: 'setup' }, { kind: 'setup', ref: 'cs_1' }],
    [
      'checkout.session.completed',
      { id: 'cs_1', mode: 'payment', payment_intent: 'pi_1' },
      { kind: 'payment', ref: 'cs_1' },
    ],
    ['checkout.session.expired', { id: 'cs_1', mode: 'payment' }, { kind: 'payment', ref: 'cs_1' }],
    ['checkout.session.completed', { id: 'cs_1', mode: 'subscription' }, undefined],
    ['payment_intent.succeeded', { id: 5 }, undefined],
    ['payment_intent.succeeded', {}, undefined],
    ['customer.created', { id: 'cus_1' }, undefined],
  ])('%s of %j is %j', (type, object, subject) => {
    expect(subjectOf({ type, data: { object } })).toEqual(subject);
  });
});
