import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface LogFile {
  readonly path: string;
  write(line: string): void;
  close(): void;
}

/** The log of one program, begun anew; the one of the run before is kept as `<name>.previous.log`. */
export function openLogFile(directory: string, name: string): LogFile {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${name}.log`);
  if (existsSync(file)) renameSync(file, path.join(directory, `${name}.previous.log`));
  let descriptor: number | undefined = openSync(file, 'a');
  return {
    path: file,
    // At once: what a program said last is what is looked for.
    write: (line) => {
      if (descriptor !== undefined) writeSync(descriptor, `${line}\n`);
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
