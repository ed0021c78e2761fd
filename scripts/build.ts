/**
 * Writes `dist/` of every package and app: JavaScript, types, and the SQL, Lua and other files that the code reads beside
 * itself. In the repository nothing needs it; what is published and what runs in containers is this.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './setup/build-dashboard.js';

interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, where the compiler finds the types of Node, and git and the linter look at nothing.
const CONFIGURATIONS = path.join(ROOT, 'node_modules', '.cache', 'taskwire-build');

function readWorkspaces(): readonly Workspace[] {
  return globSync('{packages,apps}/*/package.json', { cwd: ROOT }).map((file) => {
    const manifest: { name: string; dependencies?: Record<string, string> } = JSON.parse(
      readFileSync(path.join(ROOT, file), 'utf8'),
    );
    return {
      name: manifest.name,
      folder: path.join(ROOT, path.dirname(file)),
      dependencies: Object.keys(manifest.dependencies ?? {}),
    };
  });
}

/** Each after those it imports: its types are checked against their `dist/`, as a user's are. */
function inOrder(workspaces: readonly Workspace[]): readonly Workspace[] {
  const ordered = new Set<Workspace>();
  const add = (workspace: Workspace): void => {
    for (const each of workspaces) {
      if (workspace.dependencies.includes(each.name)) add(each);
    }
    ordered.add(workspace);
  };
  for (const workspace of workspaces) add(workspace);
  return [...ordered];
}

/** @returns whether it compiled; if not, the compiler has said why. */
function compile(workspace: Workspace): boolean {
  const source = path.join(workspace.folder, 'src');
  const configuration = path.join(CONFIGURATIONS, `${workspace.name.replace('/', '-')}.json`);
  mkdirSync(CONFIGURATIONS, { recursive: true });
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: path.join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        incremental: false,
        tsBuildInfoFile: null,
        noEmitOnError: true,
        declaration: true,
        customConditions: [],
        rootDir: source,
        outDir: path.join(workspace.folder, 'dist'),
      },
      include: [source],
      exclude: [path.join(source, '**', '*.test.ts')],
    }),
  );
  const tsc = path.join(ROOT, 'node_modules', '.bin', 'tsc');
  return spawnSync(tsc, ['-p', configuration], { stdio: 'inherit' }).status === 0;
}

function copyOtherFiles(workspace: Workspace): void {
  const source = path.join(workspace.folder, 'src');
  for (const entry of globSync('**/*', { cwd: source, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
    const file = path.join(entry.parentPath, entry.name);
    cpSync(file, path.join(workspace.folder, 'dist', path.relative(source, file)));
  }
}

for (const workspace of inOrder(readWorkspaces())) {
  rmSync(path.join(workspace.folder, 'dist'), { recursive: true, force: true });
  if (!compile(workspace)) {
    console.error(`${workspace.name} does not compile against the built packages that it imports`);
    process.exit(1);
  }
  copyOtherFiles(workspace);
  console.log(`built ${workspace.name}`);
}

buildDashboard();
