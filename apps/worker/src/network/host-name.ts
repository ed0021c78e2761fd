import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { type IpAddress, parseIpAddress } from './ip-address.ts';

export type Host =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly address: IpAddress };

/** What domainToASCII would drop or cut in silence (white space, slashes, ports) is not part of a name. */
const NAME_CHARACTERS = /^[\p{L}\p{M}\p{N}._-]+$/u;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Reads a host as somebody wrote it. Undefined where it is neither a DNS name nor an address in its ordinary spelling.
 * A name whose last label is a number ("0x7f.1", "2130706433", "0177.0.0.1") is refused: the C library would read it as
 * an address, and no real name ends so (WHATWG URL, "ends in a number").
 */
export function parseHost(text: string): Host | undefined {
  const bare = /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text;
  const address = parseIpAddress(bare);
  if (address !== undefined) return { kind: 'address', address };
  if (isIP(bare) !== 0 || !NAME_CHARACTERS.test(text) || text.length > 255) return undefined;
  const name = domainToASCII(text.toLowerCase().replace(/\.$/, ''));
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (name === '' || name.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
  return /^(\d+|0x[0-9a-f]*)$/.test(last) ? undefined : { kind: 'name', name };
}
