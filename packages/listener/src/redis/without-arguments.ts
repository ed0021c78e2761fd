import type { Logger } from '@taskwire/protocol';

/**
 * The same logger for what fails at Redis: the client keeps the arguments of a refused command in its error, passwords
 * and whole events among them. They are taken off before anybody writes them down.
 */
export function withoutArguments(logger: Logger): Logger {
  const at =
    (level: keyof Logger) =>
    (fields: { readonly err?: unknown }, message: string): void => {
      forgetArguments(fields.err);
      logger[level](fields, message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function forgetArguments(error: unknown): void {
  if (error instanceof Error) delete (error as { command?: unknown }).command;
}
