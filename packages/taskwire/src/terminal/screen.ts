import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** What `taskwire up` shows to the person who started it. Colours only on a terminal, and never with NO_COLOR. */
export interface Screen {
  say(text: string): void;
  /** Something of one of the programs that a person should know. */
  concern(who: string, words: string): void;
  style(style: Style, text: string): string;
}

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const style: Screen['style'] = (format, text) => styleText(format, text, { stream });
  const say = (text: string): void => {
    stream.write(`${text}\n`);
  };
  return {
    say,
    style,
    concern: (who, words) => say(`${style('yellow', who.padEnd(6))}  ${words}`),
  };
}
