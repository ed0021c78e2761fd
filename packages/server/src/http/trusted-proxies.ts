import { isIP } from 'node:net';
import { shown, TaskwireError } from '@taskwire/protocol';

/** @param trustedProxies addresses or ranges. @throws TaskwireError `setting_invalid` for what is neither */
export function refuseWrongProxies(trustedProxies: readonly string[]): void {
  for (const entry of trustedProxies) {
    const [address = '', prefix, ...more] = entry.split('/');
    const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isRange = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax);
    if (bitsMax > 0 && isRange && more.length === 0) continue;
    throw new TaskwireError(
      'setting_invalid',
      `TASKWIRE_TRUSTED_PROXIES: expected addresses or CIDR ranges, got ${shown(entry)}`,
    );
  }
}
