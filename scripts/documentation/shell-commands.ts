/**
 * The commands of a shell script, each as its words, without redirections: enough of a shell to read what documentation
 * shows. What stands in `$( )` is a command of its own besides.
 */
export function shellCommands(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let index = 0; index < script.length; index += 1) {
    const character = script.charAt(index);
    if (character === '\\' && quote !== "'") {
      index += 1;
      if (script.charAt(index) !== '\n') word = (word ?? '') + script.charAt(index);
    } else if (quote !== "'" && script.startsWith('$(', index)) {
      const end = closing(script, index + 1);
      commands.push(...shellCommands(script.slice(index + 2, end)).map((inner) => [...inner]));
      word = `${word ?? ''}$()`;
      index = end;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote !== undefined) {
      word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '#' && word === undefined) {
      index = lineEnd(script, index) - 1;
    } else if (/[\n;|&]/.test(character)) {
      endCommand();
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = (word ?? '') + character;
    }
  }
  endCommand();
  return commands.map(withoutRedirections).filter((command) => command.length > 0);
}

function closing(script: string, open: number): number {
  let depth = 0;
  for (let index = open; index < script.length; index += 1) {
    if (script.charAt(index) === '(') depth += 1;
    if (script.charAt(index) === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return script.length;
}

function lineEnd(script: string, from: number): number {
  const end = script.indexOf('\n', from);
  return end < 0 ? script.length : end;
}

function withoutRedirections(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (/^\d?[<>]{1,2}$/.test(word)) index += 1;
    else if (!/^\d?[<>]/.test(word)) kept.push(word);
  }
  return kept;
}
