import type { OpenAPIObject } from '@nestjs/swagger';
import { nameOperations } from './name-operations.js';

describe('names of operations', () => {
  it.each([
    ['post', '/v1/wallets', 'WalletsController_create', 'createWallet'],
    ['get', '/v1/wallets', 'WalletsController_list', 'listWallets'],
    ['get', '/v1/wallets/{id}', 'WalletsController_get', 'getWallet'],
    ['post', '/v1/wallets/{id}/debit', 'WalletMovementsController_debit', 'debitWallet'],
    ['get', '/v1/wallets/{id}/top-up-decisions', 'TopUpsController_listDecisions', 'listWalletTopUpDecisions'],
    ['post', '/v1/wallets/{id}/holds/{hold_id}/capture', 'HoldsController_capture', 'captureWalletHold'],
    [
      'patch',
      '/account/credits/top-up/settings/',
      'TopUpSettingsController_change',
      'changeAccountCreditTopUpSettings',
    ],
    ['get', '/v1/customers/lookup/{external_id}', 'CustomersController_getByExternalId[1]', 'lookUpCustomer'],
  ])('say what %s %s does', (method, path, operationId, name) => {
    const operation = { operationId };
    nameOperations({ paths: { [path]: { [method]: operation } } } as unknown as OpenAPIObject);
    expect(operation.operationId).toBe(name);
  });

  it('are each one operation’s', () => {
    const operation = () => ({ get: { operationId: 'X_get' } });
    const paths = { '/v1/wallets/{id}': operation(), '/v1/wallet/{id}': operation() };
    expect(() => nameOperations({ paths } as unknown as OpenAPIObject)).toThrow('called getWallet');
  });
});
