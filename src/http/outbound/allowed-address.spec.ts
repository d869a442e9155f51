import { allowedAddressesOf, ForbiddenAddress, guardedLookup, isAllowedAddress } from './allowed-address.js';

describe('addresses of the public internet', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e'])(
    'are such as %s',
    (address) => {
      expect(isAllowedAddress(address, false)).toBe(true);
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
    expect(isAllowedAddress(address, false)).toBe(false);
  });

  const v4 = (address: string) => ({ address, family: 4 });

  it('are asked for of every address that a name has', async () => {
    const good = [v4('8.8.8.8'), v4('1.1.1.1')];
    expect(await allowedAddressesOf('good.example', false, async () => good)).toEqual(good);
    const mixed = async () => [v4('8.8.8.8'), v4('10.0.0.1')];
    await expect(allowedAddressesOf('mixed.example', false, mixed)).rejects.toThrow(ForbiddenAddress);
    await expect(allowedAddressesOf('none.example', false, async () => [])).rejects.toThrow(ForbiddenAddress);
    await expect(allowedAddressesOf('[::1]', false)).rejects.toThrow(ForbiddenAddress);
  });

  it.each([true, false])('are what a connection gets, and all that it gets (all: %s)', async (all) => {
    const connect = (address: string) =>
      new Promise((resolve) => {
        const lookup = guardedLookup(false, async () => [v4(address)]);
        lookup('rebind.example', { all }, (error, found) => resolve(error ?? found));
      });
    expect(await connect('8.8.8.8')).toEqual(all ? [v4('8.8.8.8')] : '8.8.8.8');
    expect(await connect('169.254.169.254')).toBeInstanceOf(ForbiddenAddress);
  });

  it('are asked for once, and connected to as they were checked', async () => {
    const answers = [[v4('8.8.8.8')], [v4('10.0.0.1')]];
    const lookup = guardedLookup(false, async () => answers.shift() ?? []);
    const found = await new Promise((resolve) =>
      lookup('rebind.example', { all: true }, (_error, all) => resolve(all)),
    );
    expect([found, answers.length]).toEqual([[v4('8.8.8.8')], 1]);
  });
});

describe('where private addresses are allowed', () => {
  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fd12:3456::1', '8.8.8.8'])(
    '%s is sent to',
    (address) => {
      expect(isAllowedAddress(address, true)).toBe(true);
    },
  );

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '169.254.170.2',
    'fe80::1',
    'febf::1',
    'fe80::a9fe:a9fe',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '::ffff:169.254.169.254',
    '::ffff:10.0.0.1',
    '::ffff:0:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '::a9fe:a9fe',
    'fec0::1',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '240.0.0.1',
  ])('%s is not, all the same', (address) => {
    expect(isAllowedAddress(address, true)).toBe(false);
    expect(isAllowedAddress(address, false)).toBe(false);
  });

  it.each([
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://0xa9fea9fe/',
    'http://0xa9.254.0251.0xfe/',
    'http://169.254.43518/',
    'http://169.254.169.254./',
    'http://169。254。169。254/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://0/',
  ])('%s is not either, however it is written', async (url) => {
    await expect(allowedAddressesOf(new URL(url).hostname, true)).rejects.toThrow(ForbiddenAddress);
  });

  it('a name that leads to a private address and to a link-local one is not sent to', async () => {
    const both = async () => ['10.0.0.1', '169.254.169.254'].map((address) => ({ address, family: 4 }));
    await expect(allowedAddressesOf('both.example', true, both)).rejects.toThrow('nor a private one');
  });
});
