import { execFile, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

/**
 * Parties with a network namespace each, and a router in the middle that can lose what one sends to another. Nothing
 * of this is reachable from outside, and all of it goes when this process does: a namespace lives as long as the
 * process that holds it.
 */
export interface DividedNetwork<Party extends string> extends AsyncDisposable {
  hostOf(party: Party): string;
  /** Put before a command, runs it at the place of this party. */
  wrapperOf(party: Party): readonly string[];
  /** From now on packets between the two vanish, both ways and without a word: no FIN, no RST, no ICMP. */
  cut(a: Party, b: Party): Promise<void>;
  heal(a: Party, b: Party): Promise<void>;
}

/** Why this machine cannot make one, as a sentence; false where it can. Made for the `skip` of a test. */
export function whyNoDividedNetwork(): string | false {
  if (process.platform !== 'linux') return 'Network namespaces are of Linux.';
  if (process.getuid?.() !== 0) return 'Network namespaces need root.';
  const missing = ['ip', 'nsenter', 'unshare'].filter((program) => spawnSync(program, ['--help']).error);
  if (missing.length > 0) return `There is no ${missing.join(', no ')} (Debian: iproute2, util-linux).`;
  const made = spawnSync('unshare', ['--net', 'ip', 'rule', 'add', 'from', '10.0.0.1', 'blackhole']);
  return made.status !== 0 && `A network namespace is refused: ${String(made.stderr).trim()}`;
}

export async function divideNetwork<Party extends string>(
  parties: readonly Party[],
): Promise<DividedNetwork<Party>> {
  const router = await holdNamespace();
  const holders = new Map<Party, OwnedProcess>();
  for (const party of parties) holders.set(party, await holdNamespace());
  const holderOf = (party: Party): OwnedProcess => {
    const holder = holders.get(party);
    if (holder === undefined) throw new Error(`${party} is not a party of this network`);
    return holder;
  };
  const addressOf = (party: Party, host: 1 | 2): string => `10.77.${1 + parties.indexOf(party)}.${host}`;
  const hostOf = (party: Party): string => addressOf(party, 2);

  for (const [party, holder] of holders) {
    const cable = `to-${party}`.slice(0, 15);
    await run('ip', [
      ...['link', 'add', cable, 'netns', String(router.pid), 'type', 'veth'],
      ...['peer', 'name', 'cable', 'netns', String(holder.pid)],
    ]);
    await within(router, ['ip', 'address', 'add', `${addressOf(party, 1)}/24`, 'dev', cable]);
    await within(router, ['ip', 'link', 'set', cable, 'up']);
    await within(holder, ['ip', 'address', 'add', `${hostOf(party)}/24`, 'dev', 'cable']);
    await within(holder, ['ip', 'link', 'set', 'cable', 'up']);
    await within(holder, ['ip', 'link', 'set', 'lo', 'up']);
    await within(holder, ['ip', 'route', 'add', 'default', 'via', addressOf(party, 1)]);
  }
  await within(router, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);

  // Rules of the router, not firewall rules: they need no further program, and what they drop they drop silently.
  const lose = (change: 'add' | 'del', from: Party, to: Party): Promise<void> =>
    within(router, ['ip', 'rule', change, 'from', hostOf(from), 'to', hostOf(to), 'blackhole']);
  const cuts = new Set<string>();
  const change = async (how: 'add' | 'del', a: Party, b: Party): Promise<void> => {
    const link = [a, b].sort().join(' – ');
    if (cuts.has(link) === (how === 'add')) return;
    if (how === 'add') cuts.add(link);
    else cuts.delete(link);
    await lose(how, a, b);
    await lose(how, b, a);
  };

  return {
    hostOf,
    wrapperOf: (party) => enter(holderOf(party)),
    cut: (a, b) => change('add', a, b),
    heal: (a, b) => change('del', a, b),
    [Symbol.asyncDispose]: async () => {
      for (const holder of [router, ...holders.values()]) {
        holder.signal('SIGKILL');
        await holder.exited;
      }
    },
  };
}

const enter = ({ pid }: OwnedProcess): readonly string[] => ['nsenter', `--net=${namespaceOf(pid)}`, '--'];

const namespaceOf = (pid: number | 'self'): string => `/proc/${pid}/ns/net`;

async function within(holder: OwnedProcess, command: readonly string[]): Promise<void> {
  const [program = '', ...argv] = [...enter(holder), ...command];
  await run(program, argv);
}

async function holdNamespace(): Promise<OwnedProcess> {
  const holder = await startOwnedProcess('sleep', ['infinity'], {
    wrapper: ['unshare', '--net', '--'],
    stdio: 'ignore',
  });
  const ours = readlinkSync(namespaceOf('self'));
  await waitUntil(() => readlinkSync(namespaceOf(holder.pid)) !== ours, { what: 'a network namespace' });
  return holder;
}
