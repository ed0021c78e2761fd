import { freePort } from './free-port.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';
import { waitUntil } from './wait-until.ts';

export interface RedisClusterOptions extends Pick<RedisServerOptions, 'appendOnly'> {
  /** Default 3. */
  readonly primaries?: number;
  /** Whether each of them has a replica, which takes over where it fails. Default false. */
  readonly replicas?: boolean;
  /**
   * Keys that are to be spread over the primaries in turns: the first on the first, the second on the second. Slots are
   * otherwise shared out in equal parts, and where a key falls is chance.
   */
  readonly spread?: readonly string[];
  /** More lines of redis.conf. */
  readonly config?: RedisServerOptions['config'];
}

/** A Redis Cluster of our own, on ports of 127.0.0.1. */
export interface RedisCluster extends AsyncDisposable {
  /** Of the first node. */
  readonly url: string;
  readonly primaries: readonly RedisServer[];
  /** The one at the same place follows the primary there, to begin with; empty without replicas. */
  readonly replicas: readonly RedisServer[];
  /** The node that has this key now, as the cluster sees it. */
  ownerOf(key: string): Promise<RedisServer>;
  /** Moves the slot of this key, and all that is in it, while others use it. */
  move(key: string, to: RedisServer): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const SLOTS = 16_384;
/** How long a node may be silent before the others vote for its replica. */
const NODE_TIMEOUT_MS = 1_000;
const FORMED_MS_MAX = 30_000;
/** Keys moved in one step. */
const MOVED_MAX = 100;

export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const stack = new AsyncDisposableStack();
  try {
    const startNode = async (): Promise<RedisServer> =>
      stack.use(
        await startRedis({
          ...(options.appendOnly === undefined ? {} : { appendOnly: options.appendOnly }),
          config: {
            'cluster-enabled': 'yes',
            // The default is ten thousand above the port, where systems take the ports of outgoing connections.
            'cluster-port': String(await freePort()),
            'cluster-node-timeout': String(NODE_TIMEOUT_MS),
            // One node that is away keeps nobody from the others.
            'cluster-require-full-coverage': 'no',
            'cluster-replica-validity-factor': '0',
            ...options.config,
          },
        }),
      );
    const count = options.primaries ?? 3;
    const primaries = await Promise.all(Array.from({ length: count }, startNode));
    const replicas = options.replicas === true ? await Promise.all(primaries.map(startNode)) : [];
    const nodes = [...primaries, ...replicas];
    await form(primaries, replicas, options.spread ?? []);
    const nodeAt = (port: number): RedisServer => {
      const found = nodes.find((node) => node.port === port);
      if (found === undefined) throw new Error(`no node of this cluster has port ${port}`);
      return found;
    };
    const ownerOf = async (key: string): Promise<RedisServer> => {
      const running = await firstAnswer(nodes, 'CLUSTER', 'SLOTS');
      const slot = await slotOf(nodes, key);
      const range = (running as [number, number, [string, number]][]).find(
        ([from, to]) => from <= slot && slot <= to,
      );
      if (range === undefined) throw new Error(`no node has slot ${slot}`);
      return nodeAt(range[2][1]);
    };
    return {
      url: primaries[0]?.url ?? '',
      primaries,
      replicas,
      ownerOf,
      move: async (key, to) => {
        const from = await ownerOf(key);
        if (from !== to) await moveSlot(await slotOf(nodes, key), from, to, nodes);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function form(
  primaries: readonly RedisServer[],
  replicas: readonly RedisServer[],
  spread: readonly string[],
): Promise<void> {
  const nodes = [...primaries, ...replicas];
  const owner = await ownersOfSlots(primaries, spread);
  for (const [index, primary] of primaries.entries()) {
    await primary.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await primary.command('CLUSTER', 'ADDSLOTSRANGE', ...rangesOf(owner, index));
  }
  const [first, ...others] = nodes;
  for (const other of others) {
    const [, busPort] = (await other.command('CONFIG', 'GET', 'cluster-port')) as [string, string];
    await first?.command('CLUSTER', 'MEET', LOOPBACK, other.port, busPort);
  }
  await eachSays(nodes, 'CLUSTER', `cluster_known_nodes:${nodes.length}\r`);
  for (const [index, replica] of replicas.entries()) {
    const id = await primaries[index]?.command('CLUSTER', 'MYID');
    await replica.command('CLUSTER', 'REPLICATE', String(id));
  }
  await eachSays(nodes, 'CLUSTER', `cluster_slots_assigned:${SLOTS}\r`);
  await eachSays(nodes, 'CLUSTER', 'cluster_state:ok');
  await eachSays(replicas, 'REPLICATION', 'master_link_status:up');
  if (replicas.length > 0) await eachSays(primaries, 'REPLICATION', 'connected_slaves:1');
}

/** Waits until each of them has `words` in its CLUSTER INFO or INFO replication. */
const eachSays = (nodes: readonly RedisServer[], about: 'CLUSTER' | 'REPLICATION', words: string) =>
  waitUntil(
    async () => {
      const ask = (node: RedisServer) =>
        about === 'CLUSTER' ? node.command('CLUSTER', 'INFO') : node.command('INFO', 'replication');
      const said = await Promise.all(nodes.map(ask));
      return said.every((text) => String(text).includes(words));
    },
    { what: `${words.trim()} at all nodes`, timeoutMs: FORMED_MS_MAX, pollMs: 50 },
  );

async function ownersOfSlots(
  primaries: readonly RedisServer[],
  spread: readonly string[],
): Promise<readonly number[]> {
  const owner = Array.from({ length: SLOTS }, (_, slot) => Math.floor((slot * primaries.length) / SLOTS));
  for (const [index, key] of spread.entries()) owner[await slotOf(primaries, key)] = index % primaries.length;
  return owner;
}

/** As from, to, from, to. */
function rangesOf(owner: readonly number[], index: number): readonly number[] {
  const ranges: number[] = [];
  for (let slot = 0; slot < owner.length; slot++) {
    if (owner[slot] !== index) continue;
    if (slot === 0 || owner[slot - 1] !== index) ranges.push(slot, slot);
    ranges[ranges.length - 1] = slot;
  }
  return ranges;
}

const slotOf = async (nodes: readonly RedisServer[], key: string): Promise<number> =>
  Number(await firstAnswer(nodes, 'CLUSTER', 'KEYSLOT', key));

async function firstAnswer(
  nodes: readonly RedisServer[],
  name: string,
  ...parameters: readonly (string | number)[]
): Promise<unknown> {
  for (const node of nodes) {
    try {
      return await node.command(name, ...parameters);
    } catch {
      // It is down; another knows as well.
    }
  }
  throw new Error('no node of the cluster answers');
}

/** As `redis-cli --cluster reshard` does it. */
async function moveSlot(
  slot: number,
  from: RedisServer,
  to: RedisServer,
  nodes: readonly RedisServer[],
): Promise<void> {
  const [fromId, toId] = await Promise.all(
    [from, to].map(async (node) => String(await node.command('CLUSTER', 'MYID'))),
  );
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId ?? '');
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId ?? '');
  for (;;) {
    const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, MOVED_MAX)) as string[];
    if (keys.length === 0) break;
    await from.command('MIGRATE', LOOPBACK, to.port, '', 0, 5_000, 'KEYS', ...keys);
  }
  const running = await Promise.all(
    nodes.map(async (node) => ({ node, isPrimary: String(await node.command('ROLE')).startsWith('master') })),
  );
  await to.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId ?? '');
  await from.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId ?? '');
  for (const { node, isPrimary } of running) {
    if (isPrimary && node !== to && node !== from)
      await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId ?? '');
  }
}
