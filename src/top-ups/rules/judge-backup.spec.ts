import { type BackupFacts, type BackupTurn, cardOfPause, judgeBackup, triesOf, turnWith } from './judge-backup.js';

const card = { paymentMethodId: 'pm_1', paymentMethodRef: 'ref_1', cardFingerprint: 'default' };
const turn = (step: BackupTurn['step']): BackupTurn => ({
  step,
  declined: { code: 'insufficient_funds', message: 'No funds.', retry: 'later' },
  card,
});
const topUp = { cardFingerprint: 'default', provider: 'stripe', isPaidOnPage: false, backup: null };
const backup = { provider: 'stripe', fingerprint: 'backup', expiryMonth: 6, expiryYear: 2026 };
const facts: BackupFacts = { now: new Date('2026-06-30T23:59:59Z'), topUp, backup, declines: 9 };

describe('whether the backup card is tried in place of one that was declined', () => {
  it.each<[string, Partial<BackupFacts>]>([
    ['try', {}],
    ['try', { topUp: { ...topUp, backup: turn('due') } }],
    ['none', { backup: undefined }],
    ['tried_before', { topUp: { ...topUp, backup: turn('trying') } }],
    ['tried_before', { topUp: { ...topUp, backup: turn('over') } }],
    ['paid_on_page', { topUp: { ...topUp, isPaidOnPage: true } }],
    ['other_provider', { backup: { ...backup, provider: 'sandbox' } }],
    ['same_card', { backup: { ...backup, fingerprint: 'default' } }],
    ['expired', { now: new Date('2026-07-01T00:00:00Z') }],
    ['declined_too_often', { declines: 10 }],
  ])('%s: %j', (verdict, change) => {
    expect(judgeBackup({ ...facts, ...change })).toBe(verdict);
  });

  it.each([
    [null, true, null],
    [turn('due'), true, turn('trying')],
    [turn('due'), false, null],
    [turn('trying'), false, turn('over')],
    [turn('over'), false, turn('over')],
  ])('its turn %j, with an attempt that charges it (%s), becomes %j', (before, chargesBackup, after) => {
    expect(turnWith(before, chargesBackup)).toEqual(after);
  });

  it.each([
    [1, null, 1],
    [1, turn('due'), 1],
    [2, turn('trying'), 1],
    [3, turn('over'), 2],
  ])('attempt %i with the turn %j is try %i of the card on file', (attempt, backupTurn, tries) => {
    expect(triesOf({ attempt, backup: backupTurn })).toBe(tries);
  });

  it('leaves a pause to the card that it stood in for', () => {
    expect(cardOfPause({ cardFingerprint: 'backup', backup: turn('trying') })).toBe('default');
    expect(cardOfPause({ cardFingerprint: 'default', backup: turn('over') })).toBe('default');
    expect(cardOfPause({ cardFingerprint: null })).toBeNull();
  });
});
