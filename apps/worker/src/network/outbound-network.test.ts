import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { silentLogger, TaskwireError } from '@taskwire/protocol';
import { parseAllowList } from './allow-list.ts';
import { createOutboundNetwork, type Resolver, systemResolver } from './outbound-network.ts';
import { connectTcp } from './tcp-connection.ts';

const never = new AbortController().signal;
const nobody: Resolver = async () => {
  throw new Error('nothing may be resolved here');
};

async function reach(host: string, options: { allow?: string[]; port?: number; resolver?: Resolver } = {}) {
  const network = createOutboundNetwork({
    rules: parseAllowList(options.allow ?? []),
    resolver: options.resolver ?? nobody,
    logger: silentLogger,
  });
  return network.admit(await network.resolve(host, never), options.port ?? 443);
}

const refused = (error: unknown) => error instanceof TaskwireError && error.code === 'network_target_refused';

test('public addresses are reached without any entry', async () => {
  for (const host of [
    '8.8.8.8',
    '1.1.1.1',
    '2606:4700:4700::1111',
    '[2001:4860:4860::8888]',
    '64:ff9b::808:808',
  ]) {
    assert.equal((await reach(host)).port, 443, host);
  }
});

test('addresses that are not public are refused, in each of their ordinary spellings', async () => {
  for (const host of [
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.1.1',
    '192.0.0.8',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '4000::1',
  ]) {
    await assert.rejects(reach(host), refused, host);
  }
});

test('spellings that only the C library takes for an address are refused, allowed or not', async () => {
  for (const host of [
    '2130706433',
    '0x7f000001',
    '017700000001',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '１２７.0.0.1',
    'fe80::1%lo',
    '127.0.0.1%00',
    '[127.0.0.1]',
    'user@127.0.0.1',
    '127.0.0.1/',
    '127.0.0.1:80',
    '',
    '.',
    'a..b',
    'host\nname',
    'host\0name',
    'a'.repeat(300),
  ]) {
    await assert.rejects(reach(host, { allow: ['127.0.0.0/8'] }), refused, JSON.stringify(host));
  }
});

test('a name that resolves to loopback is refused, as the system resolves it', async () => {
  for (const host of ['localhost', 'LOCALHOST', 'localhost.', 'ｌocalhost']) {
    await assert.rejects(reach(host, { resolver: systemResolver }), refused, host);
  }
});

test('one bad address among good ones refuses the host', async () => {
  const resolver: Resolver = async () => ['8.8.8.8', '::ffff:10.0.0.1'];
  await assert.rejects(reach('two.example', { resolver }), refused);
});

test('entries allow names, addresses and ranges, each with or without a port', async () => {
  const resolver: Resolver = async () => ['10.1.2.3'];
  const cases: readonly [host: string, port: number, entry: string, allowed: boolean][] = [
    ['db.example', 5432, 'db.example', true],
    ['DB.Example.', 5432, 'db.example', true],
    ['db.example', 5432, 'db.example:5432', true],
    ['db.example', 22, 'db.example:5432', false],
    ['db.example', 22, '10.0.0.0/8', true],
    ['db.example', 22, '10.0.0.0/8:22', true],
    ['db.example', 23, '10.0.0.0/8:22', false],
    ['db.example', 22, '10.1.2.3', true],
    ['db.example', 22, '10.1.2.4', false],
    ['10.1.2.3', 22, 'db.example', false],
    ['127.0.0.1', 80, '127.0.0.1:80', true],
    ['::ffff:127.0.0.1', 80, '127.0.0.1:80', true],
    ['127.0.0.1', 80, '::ffff:127.0.0.1', true],
    ['::1', 80, '[::1]:80', true],
    ['::1', 81, '[::1]:80', false],
    ['fd00::5', 81, 'fd00::/8', true],
    ['fd00::5', 81, '[fd00::/8]:81', true],
    ['64:ff9b::10.0.0.1', 81, '10.0.0.0/8', false],
  ];
  for (const [host, port, entry, allowed] of cases) {
    const attempt = reach(host, { allow: [entry], port, resolver });
    if (allowed) await attempt;
    else await assert.rejects(attempt, refused, `${host}:${port} by ${entry}`);
  }
});

test('metadata addresses are reached only by an entry that names exactly them', async () => {
  const everything = ['0.0.0.0/0', '::/0', '169.254.0.0/16', 'fd00::/8', 'metadata.example'];
  const metadata = ['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254'];
  for (const address of metadata) {
    await assert.rejects(reach(address, { allow: everything }), refused, address);
    const resolver: Resolver = async () => [address];
    await assert.rejects(reach('metadata.example', { allow: everything, resolver }), refused, address);
    assert.equal((await reach(address, { allow: [address] })).host, address);
  }
  for (const disguised of [
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '::169.254.169.254',
    '2002:a9fe:a9fe::',
  ]) {
    await assert.rejects(reach(disguised, { allow: everything }), refused, disguised);
  }
});

test('a resolver that changes its answer gains nothing: the checked address is the one that is connected to', async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const answers = ['127.0.0.1', '10.9.9.9', '10.9.9.9'];
  let asked = 0;
  const network = createOutboundNetwork({
    rules: parseAllowList(['127.0.0.1']),
    resolver: async () => [answers[asked++]!],
    logger: silentLogger,
  });
  const target = network.admit(await network.resolve('rebind.example', never), port);
  const outcome = await connectTcp(target, { timeoutMs: 2_000, signal: never });
  assert.equal(outcome.state, 'open');
  if (outcome.state === 'open') {
    assert.equal(outcome.socket.remoteAddress, '127.0.0.1');
    outcome.socket.destroy();
  }
  assert.equal(asked, 1);
  // The second answer is not the allowed one, and is checked for itself.
  assert.throws(() => network.admit({ host: 'x', name: 'x', addresses: [] }, port));
  await assert.rejects(
    async () => network.admit(await network.resolve('rebind.example', never), port),
    refused,
  );
});

test('a name without an address is unresolved, which can be tried again', async () => {
  await assert.rejects(
    reach('gone.invalid', { resolver: async () => [] }),
    (error: unknown) => error instanceof TaskwireError && error.code === 'host_unresolved' && error.retryable,
  );
});

test('a refusal does not tell the address to whoever submits tasks', async () => {
  const resolver: Resolver = async () => ['10.77.88.99'];
  await assert.rejects(
    reach('inside.example', { resolver }),
    (error: Error) => !error.message.includes('10.77'),
  );
});

test('a wrong entry stops the start and is named', () => {
  for (const entry of [
    '10.0.0.0/33',
    'a b',
    '127.0.0.1:99999',
    'host:0',
    '0177.0.0.1',
    '::1:x',
    '[host]:1',
    'http://x',
  ]) {
    assert.throws(
      () => parseAllowList([entry]),
      (error: unknown) =>
        error instanceof TaskwireError && error.code === 'setting_invalid' && error.message.includes(entry),
      entry,
    );
  }
});
