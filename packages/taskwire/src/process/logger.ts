import type { Logger, Settings } from '@taskwire/protocol';
import { pino } from 'pino';

/** JSON, one object a line, on standard output. @param process which of ours it is */
export const createLogger = (settings: Pick<Settings, 'logLevel'>, process: string): Logger =>
  pino({ level: settings.logLevel, base: { process } });
