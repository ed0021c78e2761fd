import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ReleaseRefusal } from './release-refusal.ts';
import { run } from './run.ts';

type Target = string | Readonly<Record<string, string>>;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Target>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface PackedPackage {
  readonly manifest: Manifest;
  /** In the repository. */
  readonly folder: string;
  readonly tarball: string;
}

/** The condition under which the repository runs its sources; they are not published. */
const SOURCE_CONDITION = 'taskwire-source';

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Packs what is published: `dist/` and the like of `root`, with the manifests of `checkout`, where the new version is.
 * @returns each after those that it needs
 */
export function packPackages(root: string, checkout: string, output: string): readonly PackedPackage[] {
  const folders = globSync('packages/*/package.json', { cwd: checkout }).map((file) => path.dirname(file));
  const packed = folders.flatMap((folder): readonly PackedPackage[] => {
    const manifest = publishedManifest(readManifest(path.join(checkout, folder, 'package.json')));
    if (manifest.private) return [];
    const stage = path.join(output, 'stage', folder);
    mkdirSync(stage, { recursive: true });
    for (const part of [...(manifest.files ?? []), 'README.md']) {
      const source = path.join(root, folder, part);
      if (!existsSync(source))
        throw new ReleaseRefusal(`${folder} has no ${part}, which its package should hold`);
      cpSync(source, path.join(stage, part), { recursive: true });
    }
    cpSync(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'));
    writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const tarball = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', output], {
      cwd: stage,
    });
    return [{ manifest, folder, tarball: path.join(output, tarball) }];
  });
  return inOrder(packed);
}

function publishedManifest({ devDependencies: _, ...manifest }: Manifest): Manifest {
  const exports = Object.entries(manifest.exports ?? {}).map(([name, target]) => {
    if (typeof target === 'string') return [name, target];
    const { [SOURCE_CONDITION]: __, ...published } = target;
    return [name, published];
  });
  return { ...manifest, exports: Object.fromEntries(exports) };
}

function inOrder(packages: readonly PackedPackage[]): readonly PackedPackage[] {
  const ordered = new Set<PackedPackage>();
  const add = (each: PackedPackage): void => {
    for (const other of packages)
      if (each.manifest.dependencies?.[other.manifest.name] !== undefined) add(other);
    ordered.add(each);
  };
  for (const each of packages) add(each);
  return [...ordered];
}

/**
 * Does with the tarballs what a user does: each is unpacked where it sees what its manifest names and nothing else, each
 * export is imported, its types are compiled against, each command is asked for its help.
 * @throws ReleaseRefusal that names the package
 */
export function checkPackages(root: string, packages: readonly PackedPackage[], scratch: string): void {
  const unpacked = new Map(packages.map((each) => [each.manifest.name, unpack(each, scratch)]));
  for (const each of packages) {
    refuseMissingFiles(each, unpacked.get(each.manifest.name) ?? '');
    for (const name of Object.keys({ ...each.manifest.dependencies, ...each.manifest.peerDependencies })) {
      const target = unpacked.get(name) ?? installedFor(root, each.folder, name);
      link(target, path.join(unpacked.get(each.manifest.name) ?? '', 'node_modules', name));
    }
  }
  link(path.join(root, 'node_modules/@types/node'), path.join(scratch, 'node_modules/@types/node'));
  const names = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {}).map((entry) => path.posix.join(manifest.name, entry)),
  );
  writeFileSync(path.join(scratch, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(
    path.join(scratch, 'use.ts'),
    names.map((name, i) => `export * as use${i} from '${name}';\n`).join(''),
  );
  const imports = `for (const name of ${JSON.stringify(names)})
    if (Object.keys(await import(name)).length === 0) throw new Error(name + ' exports nothing');`;
  run(process.execPath, ['--input-type=module', '--eval', imports], { cwd: scratch });
  const strict = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--types', 'node', '--target', 'es2024'];
  run(path.join(root, 'node_modules/.bin/tsc'), [...strict, '--module', 'nodenext', 'use.ts'], {
    cwd: scratch,
  });
  for (const { manifest } of packages) {
    for (const file of Object.values(manifest.bin ?? {})) {
      run(process.execPath, [path.join(unpacked.get(manifest.name) ?? '', file), '--help'], { cwd: scratch });
    }
  }
}

function unpack({ manifest, tarball }: PackedPackage, scratch: string): string {
  const folder = path.join(scratch, 'node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder], { cwd: scratch });
  return folder;
}

function refuseMissingFiles({ manifest }: PackedPackage, folder: string): void {
  const targets = [
    ...Object.values(manifest.bin ?? {}),
    ...Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    ),
  ];
  const missing = targets.find((target) => !existsSync(path.join(folder, target)));
  if (missing !== undefined)
    throw new ReleaseRefusal(`the package ${manifest.name} lacks ${missing}, which its manifest names`);
  const types = Object.values(manifest.exports ?? {}).every(
    (target) => typeof target !== 'string' && target.types,
  );
  if (!types) throw new ReleaseRefusal(`the package ${manifest.name} has an export without types`);
  const [stray] = globSync('**/*.test.*', { cwd: folder });
  if (stray !== undefined) throw new ReleaseRefusal(`the package ${manifest.name} holds a test: ${stray}`);
}

/** As Node finds it from there. */
function installedFor(root: string, folder: string, name: string): string {
  const found = [path.join(root, folder), root]
    .map((place) => path.join(place, 'node_modules', name))
    .find((place) => existsSync(place));
  if (found === undefined)
    throw new ReleaseRefusal(`${name}, which ${folder} needs, is not installed: npm install`);
  return found;
}

function link(target: string, place: string): void {
  mkdirSync(path.dirname(place), { recursive: true });
  symlinkSync(target, place);
}
