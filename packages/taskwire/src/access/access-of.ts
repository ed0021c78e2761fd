import type { Settings } from '@taskwire/protocol';
import {
  type Access,
  type AccessRequest,
  createOpenAccess,
  refuseOpenListening,
  type TokenSettings,
  tokenAccessOf,
} from '@taskwire/server/health';

/**
 * Who is let in, by the settings. Asked before anything is opened.
 * @throws TaskwireError `setting_invalid`, also where the address can be reached from elsewhere and no token is set
 */
export function accessOf(
  settings: TokenSettings & Pick<Settings, 'host'>,
  clock: () => number,
): Access<AccessRequest> {
  const byTokens = tokenAccessOf(settings, clock);
  if (byTokens === null) refuseOpenListening(settings.host);
  return byTokens ?? createOpenAccess();
}
