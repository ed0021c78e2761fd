import { messageOf } from './error.ts';
import { keySlot } from './key-slot.ts';

/** Which of several Redis servers a connection goes to, where it is not simply the one that REDIS_URL names. */
export type RedisNodes =
  /** REDIS_URL names any node; a connection goes to the one that has the slot of its key. */
  | { readonly kind: 'cluster' }
  /** A connection goes to whatever these say is the primary; of REDIS_URL all but host and port counts. */
  | { readonly kind: 'sentinel'; readonly sentinels: readonly string[]; readonly name: string };

export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

export interface NodeFinderOptions {
  readonly nodes: RedisNodes;
  /** REDIS_URL */
  readonly url: string;
  /** One of the keys that the connection is for. */
  readonly key: string;
  /** Sends one command to the server at a URL. @throws where it does not answer */
  readonly ask: (url: string, command: readonly [string, ...string[]]) => Promise<unknown>;
}

/**
 * Finds the server for a connection anew each time, as it moves with every failover. Each search begins with another
 * of those that can be asked, so that one that is cut off from the others, and does not know it, is not believed twice.
 * @returns a function that rejects where nobody knows
 */
export function createNodeFinder(options: NodeFinderOptions): () => Promise<NodeAddress> {
  const { nodes, url, key } = options;
  let askable: readonly string[] = nodes.kind === 'sentinel' ? nodes.sentinels : [url];
  let turn = 0;

  async function answerOf(asked: string): Promise<NodeAddress> {
    if (nodes.kind === 'sentinel') {
      const reply = await options.ask(asked, ['SENTINEL', 'get-master-addr-by-name', nodes.name]);
      return primaryOf(reply, nodes.name);
    }
    const slots = slotRangesOf(await options.ask(asked, ['CLUSTER', 'SLOTS']), hostOf(asked));
    const others = slots.flatMap((range) => range.servers.map((server) => urlAt(url, server)));
    askable = [...new Set([url, ...others])];
    const slot = keySlot(key);
    const owner = slots.find(({ from, to }) => from <= slot && slot <= to)?.servers[0];
    if (owner === undefined) throw new Error(`no node has the slot ${slot} of ${key}`);
    return owner;
  }

  return async () => {
    const asked = askable;
    const first = turn++;
    const problems: string[] = [];
    for (let i = 0; i < asked.length; i++) {
      const next = asked[(first + i) % asked.length] ?? url;
      try {
        return await answerOf(next);
      } catch (error) {
        problems.push(`${hostOf(next)}: ${messageOf(error)}`);
      }
    }
    throw new Error(
      nodes.kind === 'cluster'
        ? `no node says where in the cluster ${key} is: ${problems.join('; ')}`
        : `no Sentinel says where the primary ${nodes.name} is: ${problems.join('; ')}`,
    );
  };
}

/** What the answer to a command says of where it was sent: somewhere else would be right, or might be by now. */
export const saysElsewhere = (error: Error): boolean =>
  /^(MOVED|READONLY|CLUSTERDOWN|MASTERDOWN)\b/.test(error.message);

interface SlotRange {
  readonly from: number;
  readonly to: number;
  /** The primary first. */
  readonly servers: readonly NodeAddress[];
}

/** @param asked the host that answered: a node that does not know its own address leaves it out */
function slotRangesOf(reply: unknown, asked: string): readonly SlotRange[] {
  if (!Array.isArray(reply)) throw new Error('unexpected answer to CLUSTER SLOTS');
  return (reply as readonly (readonly unknown[])[]).map(([from, to, ...servers]) => ({
    from: Number(from),
    to: Number(to),
    servers: (servers as readonly (readonly unknown[])[]).map(([host, port]) => ({
      host: host === null || host === '' ? asked : String(host),
      port: Number(port),
    })),
  }));
}

function primaryOf(reply: unknown, name: string): NodeAddress {
  if (!Array.isArray(reply)) throw new Error(`it knows no primary named ${name}`);
  const [host, port] = reply as readonly unknown[];
  return { host: String(host), port: Number(port) };
}

/** Without the brackets that an IPv6 address has in a URL. */
const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');

function urlAt(url: string, { host, port }: NodeAddress): string {
  const at = new URL(url);
  at.hostname = host.includes(':') ? `[${host}]` : host;
  at.port = String(port);
  return at.href;
}
