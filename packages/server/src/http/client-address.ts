import { BlockList, isIP } from 'node:net';

/**
 * Who asks, where reverse proxies stand before us: the peer, or the last address of X-Forwarded-For that is no trusted
 * proxy. What stands before it is what its sender likes.
 * @param trustedProxies addresses or ranges, as `refuseWrongProxies` lets them pass
 */
export function clientAddressBehind(
  trustedProxies: readonly string[],
): (peer: string, forwardedFor: string | undefined) => string {
  const proxies = new BlockList();
  for (const entry of trustedProxies) {
    const [address = '', prefix] = entry.split('/');
    if (prefix === undefined) proxies.addAddress(address, familyOf(address));
    else proxies.addSubnet(address, Number(prefix), familyOf(address));
  }
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && proxies.check(address, familyOf(address));
  return (peer, forwardedFor) => {
    let address = peer;
    const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
    for (const before of hops.filter((hop) => hop !== '').reverse()) {
      if (!isTrusted(address)) return address;
      address = before;
    }
    return address;
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
