import type { Terminal } from '../src/terminal/terminal.ts';

/** A terminal that nobody looks at, and what was written to it. */
export function recordTerminal(more: Partial<Terminal> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    isInteractive: false,
    columns: () => Number.POSITIVE_INFINITY,
    line: (text) => out.push(text),
    note: (text) => err.push(text),
    status: () => {},
    style: (_style, text) => text,
    ask: async () => null,
    readerGone: new AbortController().signal,
    ...more,
  };
  return { terminal, out, err };
}
