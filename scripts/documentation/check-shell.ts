import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '@taskwire/protocol';
import { COMMANDS } from '../../packages/taskwire/src/command-line/commands.ts';
import { findCommand } from '../../packages/taskwire/src/command-line/find-command.ts';
import { readArguments } from '../../packages/taskwire/src/command-line/read-arguments.ts';
import { ROOT } from './repository-files.ts';
import { settingProblem } from './setting-problem.ts';
import { shellCommands } from './shell-commands.ts';

/** Words of the shell before a command. */
const KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'while', 'do', '!', '{', '(']);
const LONE_WORDS = new Set(['fi', 'done', 'for', '}', ')', '1']);

/** What readers have, or are told to install; what these do with their words is theirs to check. */
const PROGRAMS = new Set(
  `. [ cat cd cp curl date docker echo eval export git grep head helm jq kill kubectl kustomize mkdir openssl pip
  promtool psql pg_dump pg_restore python celery uvicorn redis-cli sed sleep source tar test true`.split(
    /\s+/,
  ),
);

/** What is wrong with the commands of a block. */
export function shellProblems(script: string, page: string): readonly string[] {
  return shellCommands(script).flatMap((words) => commandProblems(words, page));
}

function commandProblems(words: readonly string[], page: string): readonly string[] {
  const [first = '', ...rest] = words;
  if (KEYWORDS.has(first)) return rest.length === 0 ? [] : commandProblems(rest, page);
  if (LONE_WORDS.has(first)) return [];
  const assigned = /^([A-Za-z_]+)=/.exec(first)?.[1];
  if (assigned !== undefined) {
    const problem = settingProblem(assigned);
    return [
      ...(problem === null ? [] : [problem]),
      ...(rest.length === 0 ? [] : commandProblems(rest, page)),
    ];
  }
  if (first === 'taskwire' || first === './taskwire') return taskwireProblems(rest);
  if (first === 'npm') return npmProblems(rest);
  if (first === 'npx' && rest[0] === 'taskwire') return taskwireProblems(rest.slice(1));
  if (first === 'npx') return rest[0] === 'node' ? commandProblems(rest, page) : [`npx ${rest[0]}: unknown`];
  if (first === 'node' || first === 'python' || first === 'python3') return fileProblems(rest);
  if (first.includes('/')) {
    const places = [ROOT, path.join(ROOT, path.dirname(page)), path.join(ROOT, 'deploy')];
    return places.some((place) => existsSync(path.join(place, first))) ? [] : [`${first}: no such file`];
  }
  return PROGRAMS.has(first) ? [] : [`${first}: no program that is known here`];
}

/** As the command itself would understand them. */
function taskwireProblems(words: readonly string[]): readonly string[] {
  if (words.length === 0 || words[0]?.startsWith('-')) return [];
  const found = findCommand(COMMANDS, words);
  if (found.kind === 'nothing') return [found.problem];
  if (found.kind === 'group') return [];
  try {
    readArguments(found.command, found.rest);
    return [];
  } catch (error) {
    return [`taskwire ${words.join(' ')}: ${messageOf(error)}`];
  }
}

const packageFile: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);

function npmProblems([first = '', second = '']: readonly string[]): readonly string[] {
  if (first === 'install' || first === 'ci') return [];
  const script = first === 'run' ? second : first;
  return script in packageFile.scripts ? [] : [`npm run ${script}: no such script`];
}

function fileProblems(words: readonly string[]): readonly string[] {
  const file = words.find((word) => /\.(js|mjs|ts|py)$/.test(word));
  return file === undefined || existsSync(path.join(ROOT, file)) ? [] : [`${file}: no such file`];
}

/** What is wrong with a command that a sentence mentions: its name and options, since the rest may be left open. */
export function mentionProblems(span: string): readonly string[] {
  const npm = /^npm run ([a-z0-9:-]+)/.exec(span)?.[1];
  if (npm !== undefined) return npmProblems(['run', npm]);
  const words = /^(?:\.\/)?taskwire ([a-z].*)$/s.exec(span)?.[1]?.split(/\s+/);
  if (words === undefined) return [];
  const found = findCommand(COMMANDS, words);
  if (found.kind === 'nothing') return [found.problem];
  const known = found.kind === 'command' ? Object.keys(found.command.options) : [];
  return [...span.matchAll(/ --([a-z-]+)/g)]
    .map((match) => match[1] ?? '')
    .filter((option) => option !== 'help' && !known.includes(option))
    .map((option) => `${span}: no option --${option}`);
}
