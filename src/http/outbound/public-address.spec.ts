import { ForbiddenAddress, isPublicAddress, publicAddressesOf, publicLookup } from './public-address.js';

describe('addresses of the public internet', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e'])(
    'are such as %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '2002:7f00:1::',
    '2001:0:53aa:64c::1',
    '2001:db8::1',
    '2001:2::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    '192.88.99.1',
    '192.0.0.8',
    '010.0.0.1',
    '2130706433',
    '8.8.8.8%1',
    'fe80::1%eth0',
    'localhost',
    '',
  ])('are not such as %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  const v4 = (address: string) => ({ address, family: 4 });

  it('are asked for of every address that a name has', async () => {
    const good = [v4('8.8.8.8'), v4('1.1.1.1')];
    expect(await publicAddressesOf('good.example', async () => good)).toEqual(good);
    const mixed = async () => [v4('8.8.8.8'), v4('10.0.0.1')];
    await expect(publicAddressesOf('mixed.example', mixed)).rejects.toThrow(ForbiddenAddress);
    await expect(publicAddressesOf('none.example', async () => [])).rejects.toThrow(ForbiddenAddress);
    await expect(publicAddressesOf('[::1]')).rejects.toThrow(ForbiddenAddress);
  });

  it.each([true, false])('are what a connection gets, and all that it gets (all: %s)', async (all) => {
    const connect = (address: string) =>
      new Promise((resolve) => {
        const lookup = publicLookup(async () => [v4(address)]);
        lookup('rebind.example', { all }, (error, found) => resolve(error ?? found));
      });
    expect(await connect('8.8.8.8')).toEqual(all ? [v4('8.8.8.8')] : '8.8.8.8');
    expect(await connect('169.254.169.254')).toBeInstanceOf(ForbiddenAddress);
  });
});
