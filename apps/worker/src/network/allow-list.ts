import { TaskwireError } from '@taskwire/protocol';
import { parseHost } from './host-name.ts';
import { type IpAddress, type IpRange, parseIpRange, rangeContains } from './ip-address.ts';

/** One entry of TASKWIRE_NETWORK_ALLOW. Without a port it holds for every port. */
export type AllowRule = { readonly port: number | undefined } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'range'; readonly range: IpRange }
);

/**
 * Reads the entries of TASKWIRE_NETWORK_ALLOW: `name`, `name:port`, `address`, `address:port`, `[IPv6]:port`,
 * `range/prefix`, `range/prefix:port`, `[IPv6 range/prefix]:port`.
 * @throws TaskwireError `setting_invalid` naming the entry
 */
export function parseAllowList(entries: readonly string[]): readonly AllowRule[] {
  return entries.map((entry) => {
    const rule = parseRule(entry);
    if (rule === undefined) {
      throw new TaskwireError(
        'setting_invalid',
        `TASKWIRE_NETWORK_ALLOW: expected host names, addresses or CIDR ranges, each with an optional :port ` +
          `(IPv6 with a port as [address]:port), got ${JSON.stringify(entry.slice(0, 100))}`,
      );
    }
    return rule;
  });
}

/** Whether the operator allowed this address, at this port, of a host asked for by this name (undefined: by address). */
export const allowsAddress = (
  rules: readonly AllowRule[],
  name: string | undefined,
  address: IpAddress,
  port: number,
): boolean =>
  rules.some(
    (rule) =>
      (rule.port === undefined || rule.port === port) &&
      (rule.kind === 'name' ? rule.name === name : rangeContains(rule.range, address)),
  );

/** Whether an entry names exactly this address: what a metadata address demands. */
export const namesExactly = (rules: readonly AllowRule[], address: IpAddress, port: number): boolean =>
  rules.some(
    (rule) =>
      (rule.port === undefined || rule.port === port) &&
      rule.kind === 'range' &&
      rule.range.prefixLength === (address.family === 4 ? 32 : 128) &&
      rangeContains(rule.range, address),
  );

function parseRule(entry: string): AllowRule | undefined {
  const whole = parseIpRange(entry);
  if (whole !== undefined) return { kind: 'range', range: whole, port: undefined };
  const split =
    /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry) ?? /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(entry) ?? undefined;
  const target = split?.[1];
  const port = split?.[2] === undefined ? undefined : Number(split[2]);
  if (target === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  const range = parseIpRange(target);
  if (range !== undefined) return { kind: 'range', range, port };
  if (entry.startsWith('[')) return undefined;
  const host = parseHost(target);
  return host?.kind === 'name' ? { kind: 'name', name: host.name, port } : undefined;
}
