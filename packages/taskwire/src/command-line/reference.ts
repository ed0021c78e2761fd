import type { Command, CommandEntry } from './command.ts';
import { COMMANDS } from './commands.ts';
import { described, usage, written } from './help.ts';

/** All commands as a page of Markdown: what docs/command-line.md holds. */
export function commandReference(): string {
  return `# The command

<!-- Written by scripts/generate-command-reference.ts from packages/taskwire/src/command-line/commands.ts. -->

\`taskwire <command> [options]\`; in the repository \`./taskwire\` (or \`npx taskwire\`). Settings come from the environment
([settings.md](settings.md)).

## Whom a command talks to

\`tail\`, \`tasks\`, \`dead-letters\`, \`workers\` and \`publishers\` use the HTTP API, in this order:

1. the web process that \`TASKWIRE_API_URL\` names, with \`TASKWIRE_TOKEN\` where it asks for one;
2. the database that \`DATABASE_URL\` names, and \`REDIS_URL\`: the same API within the command, without any web process;
3. the \`taskwire up\` that runs with the same \`TASKWIRE_DATA_DIR\`, or else what listens on \`TASKWIRE_HOST\` and \`PORT\`.

The others use Redis and the database of their settings. \`taskwire doctor\` uses all of these and says what it could not reach.

## On a terminal and elsewhere

Colours, the progress bar and tables that fit the window are for terminals; elsewhere lines are plain and complete. \`NO_COLOR\`
turns colours off, \`FORCE_COLOR\` on. \`--json\` writes one JSON object a line. Text of tasks and events is untrusted: control
characters in it are shown as \`\ufffd\`, or escaped in JSON, so that nothing in it reaches the terminal as a command. When whoever
reads the output goes away (\`taskwire tail | head -1\`), the command ends quietly.

## Exit codes

| code | of every command |
|---|---|
| 0 | done |
| 1 | it could not be done; one line on standard error says why |
| 2 | the command line was not understood |
| 130 | Ctrl-C |

Further codes stand with their commands.

${COMMANDS.map(section).join('\n\n')}
`;
}

function section(entry: CommandEntry): string {
  if (!('commands' in entry)) return commandSection('##', entry, entry.name);
  const commands = entry.commands.map((command) =>
    commandSection('###', command, `${entry.name} ${command.name}`),
  );
  return [`## taskwire ${entry.name}`, `${sentence(entry.summary)}`, ...commands].join('\n\n');
}

function commandSection(heading: string, command: Command, path: string): string {
  const options = Object.entries(command.options);
  const exitCodes = Object.entries(command.exitCodes ?? {});
  return [
    `${heading} taskwire ${path}`,
    `\`${usage(command, path)}\``,
    [sentence(command.summary), command.details ?? ''].join('\n').trim(),
    ...(options.length === 0
      ? []
      : [
          table(
            ['option', ''],
            options.map(([name, option]) => [`\`${written(name, option)}\``, described(option)]),
          ),
        ]),
    ...(exitCodes.length === 0 ? [] : [table(['exit code', ''], exitCodes)]),
    ...(command.examples === undefined ? [] : [`\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')).replaceAll(' ', ''), ...rows.map(row)].join('\n');

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
