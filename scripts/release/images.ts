import { globSync } from 'node:fs';
import path from 'node:path';
import { engineAnswers } from '../setup/find-container-engine.js';
import { run } from './run.ts';

/** Tags by the role that each file in deploy/images is for. */
export const imageTags = (checkout: string, prefix: string, version: string): ReadonlyMap<string, string> =>
  new Map(
    globSync('deploy/images/*.Dockerfile', { cwd: checkout })
      .sort()
      .map((file) => [file, `${prefix}taskwire-${path.basename(file, '.Dockerfile')}:${version}`]),
  );

export const canBuildImages = (): boolean => engineAnswers();

export function buildImages(checkout: string, tags: ReadonlyMap<string, string>, version: string): void {
  for (const [file, tag] of tags) {
    const label = `org.opencontainers.image.version=${version}`;
    run('docker', ['build', '--quiet', '--file', file, '--tag', tag, '--label', label, '.'], {
      cwd: checkout,
    });
  }
}
