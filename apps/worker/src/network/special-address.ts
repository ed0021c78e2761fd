import { embeddedIpv4, type IpAddress, type IpRange, parseIpRange, rangeContains } from './ip-address.ts';

const ranges = (table: Readonly<Record<string, string>>) =>
  Object.entries(table).map(([text, kind]) => {
    const range = parseIpRange(text);
    if (range === undefined) throw new Error(`${text} is not a range`);
    return { range, kind };
  });

interface SpecialRange {
  readonly range: IpRange;
  readonly kind: string;
}

/** IANA's IPv4 special-purpose registry (RFC 6890 and its successors): what is not globally reachable. */
const IPV4_SPECIAL: Readonly<Record<string, string>> = {
  '0.0.0.0/8': 'unspecified',
  '10.0.0.0/8': 'private',
  '100.64.0.0/10': 'carrier-grade NAT',
  '127.0.0.0/8': 'loopback',
  '169.254.0.0/16': 'link-local',
  '172.16.0.0/12': 'private',
  '192.0.0.0/24': 'protocol assignment',
  '192.0.2.0/24': 'documentation',
  '192.88.99.0/24': '6to4 relay',
  '192.168.0.0/16': 'private',
  '198.18.0.0/15': 'benchmarking',
  '198.51.100.0/24': 'documentation',
  '203.0.113.0/24': 'documentation',
  '224.0.0.0/4': 'multicast',
  '240.0.0.0/4': 'reserved',
};

/** In IPv6 only 2000::/3 is assigned for global unicast; these parts of it, and all that lies outside, are special. */
const IPV6_SPECIAL: Readonly<Record<string, string>> = {
  '::/128': 'unspecified',
  '::1/128': 'loopback',
  'fc00::/7': 'private',
  'fe80::/10': 'link-local',
  'fec0::/10': 'private',
  'ff00::/8': 'multicast',
  '64:ff9b:1::/48': 'private',
  '2001::/23': 'protocol assignment',
  '2001:db8::/32': 'documentation',
  '3fff::/20': 'documentation',
};

/** Where clouds hand out credentials and instance data. Some lie in public or widely allowed ranges. */
const METADATA: Readonly<Record<string, string>> = {
  '169.254.169.254': 'cloud metadata',
  '169.254.170.2': 'cloud metadata',
  '169.254.170.23': 'cloud metadata',
  '168.63.129.16': 'cloud metadata',
  '100.100.100.200': 'cloud metadata',
  '192.0.0.192': 'cloud metadata',
  'fd00:ec2::254': 'cloud metadata',
  'fd00:ec2::23': 'cloud metadata',
  'fd20:ce::254': 'cloud metadata',
};

/** What kind of address it is where it is not a public one. */
export interface AddressClassifier {
  /** Undefined for a public address; else a word such as "loopback". An embedded IPv4 address decides for its IPv6 form. */
  specialKind(address: IpAddress): string | undefined;
  isMetadata(address: IpAddress): boolean;
}

export function createAddressClassifier(): AddressClassifier {
  const special: readonly SpecialRange[] = [...ranges(IPV4_SPECIAL), ...ranges(IPV6_SPECIAL)];
  const metadata: readonly SpecialRange[] = ranges(METADATA);
  const [globalUnicast] = ranges({ '2000::/3': 'global unicast' });

  const isMetadata = (address: IpAddress): boolean => {
    const inner = embeddedIpv4(address);
    return metadata.some(
      ({ range }) => rangeContains(range, address) || (inner !== undefined && rangeContains(range, inner)),
    );
  };
  const specialKind = (address: IpAddress): string | undefined => {
    if (isMetadata(address)) return 'cloud metadata';
    const inner = embeddedIpv4(address);
    if (inner !== undefined) return specialKind(inner);
    const found = special.find(({ range }) => rangeContains(range, address))?.kind;
    if (found !== undefined || address.family === 4) return found;
    return globalUnicast !== undefined && rangeContains(globalUnicast.range, address)
      ? undefined
      : 'reserved';
  };
  return { specialKind, isMetadata };
}
