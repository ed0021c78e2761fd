import { type Finding, ok, problem, warning } from './finding.ts';

/** A flaw of the server that somebody else than its administrator can use. */
interface Flaw {
  readonly id: string;
  readonly what: string;
  /** The first release of each branch that is free of it; a branch that is newer than all of these always was. */
  readonly fixedIn: readonly string[];
  /** Older branches than this do not have it. */
  readonly since?: string;
  /** Only where connections are encrypted. */
  readonly onlyWithTls?: true;
}

const LUA_2025 = ['6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.2.2'];
const MAY_2026 = ['7.2.14', '7.4.9', '8.2.6', '8.4.3', '8.6.3'];

/** Newest first, as published by the makers of Redis; state: November 2026. */
const REDIS_FLAWS: readonly Flaw[] = [
  {
    id: 'CVE-2026-81934',
    what: 'use after free in TLS connections, code execution without a password',
    fixedIn: ['6.2.24', '7.2.16', '7.4.11', '8.2.9', '8.4.6', '8.6.6', '8.8.2', '8.10.1'],
    onlyWithTls: true,
  },
  {
    id: 'CVE-2026-66373',
    what: 'double free by RESTORE of a stream, code execution',
    fixedIn: ['6.2.23', '7.2.15', '7.4.10', '8.2.8', '8.4.5', '8.6.5', '8.8.0'],
  },
  {
    id: 'CVE-2026-25243',
    what: 'invalid memory access by RESTORE, code execution',
    fixedIn: ['6.2.22', ...MAY_2026],
  },
  {
    id: 'CVE-2026-23479',
    what: 'use after free when a blocked client is let go, code execution',
    since: '7.2.0',
    fixedIn: MAY_2026,
  },
  {
    id: 'CVE-2026-23631',
    what: 'use after free by Lua on a writable replica, code execution',
    since: '7.0.0',
    fixedIn: MAY_2026,
  },
  {
    id: 'CVE-2025-62507',
    what: 'stack overflow by XACKDEL, code execution',
    since: '8.2.0',
    fixedIn: ['8.2.3'],
  },
  { id: 'CVE-2025-49844', what: 'use after free by Lua, code execution', fixedIn: LUA_2025 },
  { id: 'CVE-2025-46817', what: 'integer overflow by Lua, code execution', fixedIn: LUA_2025 },
  {
    id: 'CVE-2025-32023',
    what: 'out-of-bounds write by HyperLogLog commands, code execution',
    fixedIn: ['6.2.19', '7.2.10', '7.4.5', '8.0.3'],
  },
  {
    id: 'CVE-2025-21605',
    what: 'memory exhausted by clients without a password',
    fixedIn: ['6.2.18', '7.2.8', '7.4.3'],
  },
  {
    id: 'CVE-2024-46981',
    what: 'memory corruption by Lua, code execution',
    fixedIn: ['6.2.17', '7.2.7', '7.4.2'],
  },
  {
    id: 'CVE-2024-31449',
    what: 'stack overflow by Lua, code execution',
    fixedIn: ['6.2.16', '7.2.6', '7.4.1'],
  },
];

const VALKEY_FLAWS: readonly Flaw[] = [
  {
    id: 'CVE-2026-56684',
    what: 'use after free in TLS connections by CLIENT KILL, code execution',
    fixedIn: ['8.0.10', '8.1.9', '9.0.5', '9.1.1'],
    onlyWithTls: true,
  },
  {
    id: 'CVE-2026-63639',
    what: 'crafted stream data shared by consumers, code execution',
    fixedIn: ['8.0.10', '8.1.9', '9.0.5', '9.1.1'],
  },
  {
    id: 'CVE-2025-49844',
    what: 'use after free by Lua, code execution',
    fixedIn: ['7.2.11', '8.0.6', '8.1.4', '9.0.0'],
  },
];

export interface ServerVersion {
  readonly product: 'redis' | 'valkey';
  /** Such as 7.2.11. */
  readonly version: string;
  /** Null where the server does not let us know. */
  readonly usesTls: boolean | null;
}

const PRODUCT = { redis: 'Redis', valkey: 'Valkey' } as const;
const VERSION_MIN = [6, 2];

/** Too old to work with; known flaws; or fine. */
export function judgeVersion({ product, version, usesTls }: ServerVersion): Finding {
  const check = 'redis.version';
  const name = `${PRODUCT[product]} ${version}`;
  if (compare(numbersOf(version), VERSION_MIN) < 0) {
    return problem(
      check,
      `${name} is too old`,
      'Install Redis 6.2 or newer: taskwire uses LMOVE and XAUTOCLAIM.',
    );
  }
  const flaws = product === 'redis' ? REDIS_FLAWS : VALKEY_FLAWS;
  const open = flaws.filter(
    (flaw) => isOpen(flaw, version) && (flaw.onlyWithTls !== true || usesTls !== false),
  );
  if (open.length === 0) return ok(check, `${name}; no remote flaw of it is known to this taskwire`);
  const listed = open.map(({ id, what }) => `${id} (${what})`).join(', ');
  return warning(
    check,
    `${name} by its number has known remote flaws: ${listed}`,
    `${upgradeOf(open, version)} Distributions mend without changing the number: compare with the change log of your package. Until then keep the server to users and networks that you trust, and take EVAL and RESTORE from whoever does not need them.`,
  );
}

function isOpen({ since, fixedIn }: Flaw, version: string): boolean {
  const given = numbersOf(version);
  if (since !== undefined && compare(given, numbersOf(since)) < 0) return false;
  const inBranch = fixedIn.find((fixed) => isSameBranch(fixed, version));
  if (inBranch !== undefined) return compare(given, numbersOf(inBranch)) < 0;
  return fixedIn.some((fixed) => compare(given, numbersOf(fixed)) < 0);
}

function upgradeOf(open: readonly Flaw[], version: string): string {
  const fixes = open.map(({ fixedIn }) => fixedIn.find((fixed) => isSameBranch(fixed, version)));
  const branch = version.split('.').slice(0, 2).join('.');
  if (fixes.some((fix) => fix === undefined)) {
    const newest = open
      .flatMap(({ fixedIn }) => fixedIn)
      .reduce((a, b) => (compare(numbersOf(a), numbersOf(b)) > 0 ? a : b));
    return `No release of branch ${branch} is known to mend all of them; upgrade to a maintained branch, ${newest} or newer.`;
  }
  const needed = fixes
    .filter((fix) => fix !== undefined)
    .reduce((a, b) => (compare(numbersOf(a), numbersOf(b)) > 0 ? a : b));
  return `Upgrade to ${needed} or newer.`;
}

const isSameBranch = (a: string, b: string): boolean =>
  compare(numbersOf(a).slice(0, 2), numbersOf(b).slice(0, 2)) === 0;

const numbersOf = (version: string): readonly number[] =>
  version.split('.').map((part) => Number.parseInt(part, 10));

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
