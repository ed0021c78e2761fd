import { styleText } from 'node:util';
import type { Style } from './screen.ts';

/** Where a command writes to, and what it may do there. */
export interface Terminal {
  /** Whether a person looks at standard output: tables fit the window, progress is a bar. */
  readonly isInteractive: boolean;
  /** Width of the window; infinite where there is none. */
  columns(): number;
  /** One line, or several, on standard output. */
  line(text: string): void;
  /** One line on standard error. */
  note(text: string): void;
  /** Writes over the line that it wrote last; '' takes it away. Only on an interactive terminal. */
  status(text: string): void;
  /** Coloured where that is wanted: on a terminal, or with FORCE_COLOR, and never with NO_COLOR. */
  style(style: Style, text: string): string;
  /** Asks on standard error. @returns null where nobody is there to answer */
  ask(question: string): Promise<string | null>;
  /** Aborted when whoever reads standard output has gone. */
  readonly readerGone: AbortSignal;
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Carriage return, then: erase to the end of the line. */
const CLEAR_LINE = '\r\u001b[K';

export function createTerminal({ stdin, stdout, stderr }: TerminalStreams): Terminal {
  const gone = new AbortController();
  let status = '';
  // Whoever reads us may go away (`| head`); that is no reason to die with a stack trace.
  for (const stream of [stdout, stderr]) stream.on('error', () => gone.abort());
  const isInteractive = stdout.isTTY === true;

  const write = (stream: NodeJS.WriteStream, text: string): void => {
    const shown = status;
    if (shown !== '') stdout.write(CLEAR_LINE);
    stream.write(`${text}\n`);
    if (shown !== '') stdout.write(shown);
  };
  return {
    isInteractive,
    columns: () => (isInteractive ? stdout.columns : Number.POSITIVE_INFINITY),
    line: (text) => write(stdout, text),
    note: (text) => write(stderr, text),
    status: (text) => {
      if (!isInteractive) return;
      stdout.write(`${CLEAR_LINE}${text}`);
      status = text;
    },
    style: (style, text) => styleText(style, text, { stream: stdout }),
    ask: async (question) => {
      if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
      const { createInterface } = await import('node:readline/promises');
      const lines = createInterface({ input: stdin, output: stderr });
      const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
      try {
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
    readerGone: gone.signal,
  };
}
