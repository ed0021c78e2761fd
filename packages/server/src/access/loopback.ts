import { isIP } from 'node:net';
import { TaskwireError } from '@taskwire/protocol';

/**
 * Whether a host name or address means this machine and nothing else, whatever a name server says of it.
 * @param host without port; IPv6 with or without brackets
 */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  if (isIP(bare) === 6) return bare === '::1' || /^::ffff:127\./.test(bare);
  return bare === 'localhost' || bare.endsWith('.localhost');
}

/** For a process without tokens. @throws TaskwireError `setting_invalid` where everybody who reaches the address would be let in */
export function refuseOpenListening(host: string): void {
  if (isLoopback(host)) return;
  throw new TaskwireError(
    'setting_invalid',
    `TASKWIRE_OPERATOR_TOKENS: expected at least one token, since TASKWIRE_HOST=${host} can be reached from elsewhere; without one only 127.0.0.1, ::1 and localhost are possible`,
  );
}
