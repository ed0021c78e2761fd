import { ReleaseRefusal } from './release-refusal.ts';

const UNRELEASED = '## Unreleased\n';

/** What is new, as it stands under Unreleased. @throws ReleaseRefusal where nothing does */
export function unreleasedNotes(changelog: string): string {
  const [, after] = changelog.split(UNRELEASED);
  if (after === undefined) throw new ReleaseRefusal('CHANGELOG.md has no section "## Unreleased"');
  const notes = (after.split(/^## /m)[0] ?? '').trim();
  if (!/^- /m.test(notes))
    throw new ReleaseRefusal('CHANGELOG.md says nothing under "## Unreleased": write what users notice');
  return notes;
}

/** The same under the version, and an empty Unreleased above it. */
export const releaseChangelog = (changelog: string, version: string, date: string): string =>
  changelog.replace(UNRELEASED, `${UNRELEASED}\n## ${version} - ${date}\n`);
