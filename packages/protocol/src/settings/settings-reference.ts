import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** All settings as a page of Markdown: what docs/settings.md holds. */
export function settingsReference(): string {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map(row);
  return `# Settings

<!-- Written by scripts/generate-settings-reference.ts from packages/protocol/src/settings/settings.ts. -->

taskwire is set by environment variables alone. They are read once, at start; a wrong value, or an unknown name that
begins with \`TASKWIRE_\`, stops the start with one line that names it. An empty variable counts as unset. Values of
secret settings are never printed.

| name | default | expected | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

function row({ name, fallbackText, expected, description, secret }: Setting<unknown>): string {
  const fallback = fallbackText === 'unset' ? 'unset' : `\`${fallbackText}\``;
  const cells = [`\`${name}\``, fallback, expected, secret ? `${description} Secret.` : description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
