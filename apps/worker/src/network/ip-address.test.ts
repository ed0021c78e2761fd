import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIpAddress, parseIpRange, rangeContains } from './ip-address.ts';

const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const ipv6 = words.map((parts) => parts.map((part) => part.toString(16)).join(':'));

test('an IPv6 address has one value in whatever spelling', () => {
  for (const [spelling, value] of [
    ['::', 0n],
    ['::1', 1n],
    ['0:0:0:0:0:0:0:1', 1n],
    ['2001:DB8::1', 0x2001_0db8_0000_0000_0000_0000_0000_0001n],
    ['2001:db8:0:0::1', 0x2001_0db8_0000_0000_0000_0000_0000_0001n],
    ['fe80::', 0xfe80_0000_0000_0000_0000_0000_0000_0000n],
    ['64:ff9b::192.0.2.33', 0x0064_ff9b_0000_0000_0000_0000_c000_0221n],
  ] as const) {
    assert.equal(parseIpAddress(spelling)?.value, value, spelling);
  }
});

test('an IPv4-mapped IPv6 address is the IPv4 address', () => {
  for (const spelling of ['::ffff:127.0.0.1', '::FFFF:7f00:1', '0:0:0:0:0:ffff:127.0.0.1']) {
    assert.deepEqual(parseIpAddress(spelling), parseIpAddress('127.0.0.1'), spelling);
  }
});

test('decimal, octal, hexadecimal and shortened spellings and zone ids are not addresses', () => {
  for (const spelling of ['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '127.0.0.01', '0x7f.0.0.1']) {
    assert.equal(parseIpAddress(spelling), undefined, spelling);
  }
  for (const spelling of ['fe80::1%eth0', '', '1.2.3', '1.2.3.4.5', '::g', '1::2::3', '127.0.0.1 ']) {
    assert.equal(parseIpAddress(spelling), undefined, spelling);
  }
});

test('the canonical text is read back as the same address', () => {
  fc.assert(
    fc.property(fc.oneof(ipv6, fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseIpAddress(text);
      assert.deepEqual(parseIpAddress(address?.text ?? ''), address);
    }),
  );
});

test('ranges contain what BlockList of node says they contain', () => {
  fc.assert(
    fc.property(ipv6, ipv6, fc.integer({ min: 0, max: 128 }), fc.boolean(), (base, other, prefix, near) => {
      // Two random addresses share no prefix; half of the time, one is the other with some last groups exchanged.
      const probe = near ? [...base.split(':').slice(0, 4), ...other.split(':').slice(4)].join(':') : other;
      const list = new BlockList();
      list.addSubnet(base, prefix, 'ipv6');
      const range = parseIpRange(`${base}/${prefix}`);
      const address = parseIpAddress(probe);
      if (range === undefined || address === undefined || address.family === 4) return;
      assert.equal(rangeContains(range, address), list.check(probe, 'ipv6'));
    }),
  );
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (base, probe, prefix) => {
      const list = new BlockList();
      list.addSubnet(base, prefix, 'ipv4');
      const range = parseIpRange(`${base}/${prefix}`);
      const address = parseIpAddress(probe);
      assert.ok(range !== undefined && address !== undefined);
      assert.equal(rangeContains(range, address), list.check(probe, 'ipv4'));
    }),
  );
});
