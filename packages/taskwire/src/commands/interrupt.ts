import { EXIT } from '../command-line/command.ts';
import type { Terminal } from '../terminal/terminal.ts';

/**
 * Aborted by Ctrl-C, by SIGTERM, and when whoever reads our output has gone: for commands that last. Ctrl-C a second time
 * ends the process at once.
 */
export function endSignal(terminal: Pick<Terminal, 'readerGone'>): AbortSignal & Disposable {
  const told = new AbortController();
  const tell = (): void => {
    if (told.signal.aborted) process.exit(EXIT.interrupted);
    told.abort();
  };
  process.on('SIGINT', tell);
  process.on('SIGTERM', tell);
  return Object.assign(AbortSignal.any([told.signal, terminal.readerGone]), {
    [Symbol.dispose]: () => {
      process.off('SIGINT', tell);
      process.off('SIGTERM', tell);
    },
  });
}

/** Of a command that `signal` ended: whoever goes away after `| head` has what he wanted. */
export const exitCodeOfEnd = ({ readerGone }: Pick<Terminal, 'readerGone'>): number =>
  readerGone.aborted ? EXIT.done : EXIT.interrupted;
