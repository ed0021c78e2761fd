import { isIP } from 'node:net';

/** An address as a number, so that ranges are compared by arithmetic and not by text. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** 32 or 128 bits. */
  readonly value: bigint;
  /** The one canonical spelling, which is also what is connected to. */
  readonly text: string;
}

export interface IpRange {
  readonly base: IpAddress;
  readonly prefixLength: number;
}

/**
 * Reads an address in its ordinary spelling: four decimal numbers, or RFC 4291 hexadecimal groups. Octal, hexadecimal,
 * shortened and one-number IPv4 spellings and zone ids are not read: undefined.
 * An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is the IPv4 address itself, since that is where the kernel connects to.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const family = isIP(text);
  if (family === 4) return ipv4(ipv4Value(text));
  if (family !== 6 || text.includes('%')) return undefined;
  const value = ipv6Value(text);
  return value >> 32n === 0xffffn ? ipv4(value & 0xffff_ffffn) : ipv6(value);
}

/** Reads `address/prefixLength`, or a bare address as the range of that one. Undefined where it is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const base = parseIpAddress(addressText);
  if (base === undefined || rest.length > 0) return undefined;
  const bits = base.family === 4 ? 32 : 128;
  if (prefixText === undefined) return { base, prefixLength: bits };
  // A prefix on an IPv4-mapped spelling would count the mapping's 96 bits; nobody needs it, so it is not guessed at.
  if (!/^\d{1,3}$/.test(prefixText) || (base.family === 4 && addressText.includes(':'))) return undefined;
  const prefixLength = Number(prefixText);
  return prefixLength <= bits ? { base, prefixLength } : undefined;
}

export function rangeContains(range: IpRange, address: IpAddress): boolean {
  if (range.base.family !== address.family) return false;
  const ignoredBits = BigInt((address.family === 4 ? 32 : 128) - range.prefixLength);
  return range.base.value >> ignoredBits === address.value >> ignoredBits;
}

/**
 * The IPv4 address that an IPv6 address leads to through a translator or tunnel: NAT64 (RFC 6052), 6to4 (RFC 3056),
 * or the old IPv4-compatible form. Whoever may not reach the one may not reach it through the other.
 */
export function embeddedIpv4(address: IpAddress): IpAddress | undefined {
  if (address.family === 4) return undefined;
  const { value } = address;
  if (value >> 32n === 0x64_ff9b_0000_0000_0000_0000n) return ipv4(value & 0xffff_ffffn);
  if (value >> 112n === 0x2002n) return ipv4((value >> 80n) & 0xffff_ffffn);
  if (value >> 32n === 0n && value > 1n) return ipv4(value);
  return undefined;
}

function ipv4(value: bigint): IpAddress {
  const bytes = [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn));
  return { family: 4, value, text: bytes.join('.') };
}

function ipv6(value: bigint): IpAddress {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return { family: 6, value, text: groups.join(':') };
}

const ipv4Value = (text: string): bigint =>
  text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** @param text already known to be valid by node's own parser */
function ipv6Value(text: string): bigint {
  const dotted = /(?<=:)\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0];
  const low = dotted === undefined ? undefined : ipv4Value(dotted);
  const plain =
    dotted === undefined || low === undefined
      ? text
      : `${text.slice(0, -dotted.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
