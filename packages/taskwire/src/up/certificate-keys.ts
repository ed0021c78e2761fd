import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '@taskwire/protocol';
import type { Environment } from '../command-line/command.ts';

/**
 * What the worker's environment needs so that the certificate tasks have a key: nothing where keys are set, or else a
 * file in the data folder, made once, for our eyes only.
 */
export function certificateKeyEnvironment(
  settings: Pick<Settings, 'certificateKeys' | 'certificateKeysFile'>,
  dataDir: string,
): Environment {
  if (settings.certificateKeys !== undefined || settings.certificateKeysFile !== undefined) return {};
  const file = path.join(dataDir, 'certificate-keys');
  if (!existsSync(file)) {
    writeFileSync(file, `made-by-taskwire-up:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  }
  return { TASKWIRE_CERTIFICATE_KEYS_FILE: file };
}
