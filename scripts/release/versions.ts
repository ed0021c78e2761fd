import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ReleaseRefusal } from './release-refusal.ts';

/** Contents by path from the root: what a release changes. */
export type Changes = ReadonlyMap<string, string>;

/** Where the version is written besides package.json files, and how: what is around it. */
const ELSEWHERE = [
  { files: 'clients/python/pyproject.toml', around: ['\nversion = "', '"\n'] },
  { files: 'clients/python/src/taskwire/__init__.py', around: ['\n__version__ = "', '"\n'] },
  { files: 'deploy/kubernetes/overlays/*/kustomization.yaml', around: ['newTag: ', ' }\n'] },
] as const;

const read = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8');

const manifestsOf = (root: string): readonly string[] =>
  globSync('{packages,apps,examples}/*/package.json', { cwd: root })
    .concat(
      globSync(['package.json', 'test/harness/package.json', 'packages/*/dashboard/package.json'], {
        cwd: root,
      }),
    )
    .sort();

/** @throws ReleaseRefusal where it is not the same everywhere */
export function currentVersion(root: string): string {
  const versions = new Set(
    manifestsOf(root)
      .map((file) => (JSON.parse(read(root, file)) as { readonly version?: string }).version)
      .filter((version) => version !== undefined),
  );
  const [version, ...others] = versions;
  if (version !== undefined && others.length === 0) return version;
  throw new ReleaseRefusal(
    `the package.json files disagree about the version: ${[...versions].sort().join(', ')}`,
  );
}

/**
 * One step up, or `current` itself where it was never released.
 * @throws ReleaseRefusal for any other
 */
export function refuseWrongVersion(version: string, current: string, currentIsReleased: boolean): void {
  const parts = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.test(version) && current.split('.').map(Number);
  if (parts === false) throw new ReleaseRefusal(`expected a version such as 1.2.3, got ${version}`);
  const [major = 0, minor = 0, patch = 0] = parts;
  const next = [
    ...(currentIsReleased ? [] : [current]),
    `${major}.${minor}.${patch + 1}`,
    `${major}.${minor + 1}.0`,
    `${major + 1}.0.0`,
  ];
  if (next.includes(version)) return;
  throw new ReleaseRefusal(`after ${current} comes ${next.join(' or ')}, not ${version}`);
}

/** All files that hold the version, with the new one in it. @throws ReleaseRefusal where one does not hold it */
export function changeVersions(root: string, from: string, to: string): Changes {
  const changes = new Map<string, string>();
  for (const file of manifestsOf(root)) changes.set(file, inManifest(read(root, file), from, to));
  changes.set('package-lock.json', inLockFile(read(root, 'package-lock.json'), from, to));
  for (const { files, around } of ELSEWHERE) {
    for (const file of globSync(files, { cwd: root })) {
      const [before, after] = around;
      const text = read(root, file);
      const changed = text.replaceAll(`${before}${from}${after}`, `${before}${to}${after}`);
      if (!text.includes(`${before}${from}${after}`))
        throw new ReleaseRefusal(`${file} does not hold the version ${from}`);
      changes.set(file, changed);
    }
  }
  return changes;
}

/** Its own version, and those of ours that it needs. */
const inManifest = (text: string, from: string, to: string): string =>
  text
    .replace(`\n  "version": "${from}"`, `\n  "version": "${to}"`)
    .replaceAll(/"((?:@taskwire\/[\w-]+|taskwire)": ")([^"]+)"/g, (whole, name: string, version: string) =>
      version === from ? `"${name}${to}"` : whole,
    );

function inLockFile(text: string, from: string, to: string): string {
  const lock = JSON.parse(text) as { packages: Record<string, Record<string, unknown>> };
  for (const [location, entry] of Object.entries(lock.packages)) {
    if (location.startsWith('node_modules/')) continue;
    if (entry.version === from) entry.version = to;
    for (const field of ['dependencies', 'devDependencies']) {
      const needs = (entry[field] ?? {}) as Record<string, string>;
      for (const [name, version] of Object.entries(needs)) {
        if (/^(@taskwire\/|taskwire$)/.test(name) && version === from) needs[name] = to;
      }
    }
  }
  return `${JSON.stringify(lock, null, 2)}\n`;
}
