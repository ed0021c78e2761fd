import { lookup } from 'node:dns/promises';
import { type Logger, messageOf, TaskwireError } from '@taskwire/protocol';
import { type AllowRule, allowsAddress, namesExactly } from './allow-list.ts';
import { parseHost } from './host-name.ts';
import { type IpAddress, parseIpAddress } from './ip-address.ts';
import { createAddressClassifier } from './special-address.ts';

/** A host after its one and only resolution. Everything later works on these addresses, never on the name. */
export interface ResolvedHost {
  /** As it was asked for. */
  readonly host: string;
  /** The DNS name; undefined where the host was given as an address. */
  readonly name: string | undefined;
  readonly addresses: readonly IpAddress[];
}

declare const admitted: unique symbol;

/** An address and port that passed the allow-list. Only {@link OutboundNetwork.admit} makes one; only these are dialled. */
export interface AdmittedTarget {
  readonly host: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  readonly [admitted]: true;
}

/** The only way out for the network tasks. */
export interface OutboundNetwork {
  /**
   * Resolves a host once.
   * @throws TaskwireError `network_target_refused` for a host that is neither a name nor an ordinary address,
   * `host_unresolved` where there is no answer in time
   */
  resolve(host: string, signal: AbortSignal): Promise<ResolvedHost>;
  /**
   * Checks every address of the host and gives the first as the one to connect to.
   * @throws TaskwireError `network_target_refused` if any one of them is not allowed: a name that answers with a public
   * and a private address is what an attack looks like
   */
  admit(resolved: ResolvedHost, port: number): AdmittedTarget;
}

/** Gives all addresses of a name, as text. */
export type Resolver = (name: string) => Promise<readonly string[]>;

/** The system's own: /etc/hosts, search domains and DNS, as everything else on the machine sees them. */
export const systemResolver: Resolver = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

const RESOLVE_TIMEOUT_MS = 5_000;

export interface OutboundNetworkOptions {
  readonly rules: readonly AllowRule[];
  readonly resolver: Resolver;
  readonly logger: Logger;
}

export function createOutboundNetwork({ rules, resolver, logger }: OutboundNetworkOptions): OutboundNetwork {
  const classifier = createAddressClassifier();

  const resolve = async (host: string, signal: AbortSignal): Promise<ResolvedHost> => {
    const parsed = parseHost(host);
    const shown = JSON.stringify(host.slice(0, 100));
    if (parsed === undefined) {
      throw new TaskwireError(
        'network_target_refused',
        `host ${shown} is neither a DNS name nor an address in its ordinary spelling; write addresses as 192.0.2.1 or 2001:db8::1`,
      );
    }
    if (parsed.kind === 'address') return { host, name: undefined, addresses: [parsed.address] };
    const answers = await bounded(resolver(parsed.name), signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new TaskwireError('host_unresolved', `host ${shown} has no address: ${messageOf(error)}`, {
        cause: error,
      });
    });
    const addresses = answers.map(parseIpAddress);
    if (addresses.length === 0 || !addresses.every((address) => address !== undefined)) {
      throw new TaskwireError(
        'host_unresolved',
        `host ${shown} resolves to nothing that can be connected to`,
      );
    }
    return { host, name: parsed.name, addresses };
  };

  const refusal = (resolved: ResolvedHost, address: IpAddress, port: number): string | undefined => {
    if (classifier.isMetadata(address)) {
      return namesExactly(rules, address, port) ? undefined : 'a cloud metadata address';
    }
    const kind = classifier.specialKind(address);
    if (kind === undefined || allowsAddress(rules, resolved.name, address, port)) return undefined;
    return `a ${kind} address`;
  };

  const admit = (resolved: ResolvedHost, port: number): AdmittedTarget => {
    for (const address of resolved.addresses) {
      const reason = refusal(resolved, address, port);
      if (reason === undefined) continue;
      // The address stays in the worker's own log: who submits tasks need not learn how the inside is numbered.
      logger.warn({ host: resolved.host, address: address.text, port }, 'network target refused');
      throw new TaskwireError(
        'network_target_refused',
        `${resolved.host}:${port} is ${reason}; an operator can allow it in TASKWIRE_NETWORK_ALLOW of the worker`,
      );
    }
    const [first] = resolved.addresses;
    if (first === undefined) throw new TaskwireError('host_unresolved', `${resolved.host} has no address`);
    return { host: resolved.host, address: first.text, family: first.family, port } as AdmittedTarget;
  };

  return { resolve, admit };
}

/** The system's resolver cannot be cancelled; its answer is no longer waited for. */
function bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RESOLVE_TIMEOUT_MS)]);
  return new Promise<T>((done, fail) => {
    const onAbort = () => fail(new Error('no answer in time'));
    if (limit.aborted) return onAbort();
    limit.addEventListener('abort', onAbort, { once: true });
    work.then(done, fail).finally(() => limit.removeEventListener('abort', onAbort));
  });
}
