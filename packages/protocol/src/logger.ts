/** What taskwire needs of a logger; a pino instance is one. Fields first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing; the default of every library entry point, so that embedding taskwire adds no output. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
