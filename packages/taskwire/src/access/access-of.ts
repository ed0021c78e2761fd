import type { Settings } from '@taskwire/protocol';
import {
  type Access,
  createOpenAccess,
  createTokenAccess,
  readAccessTokens,
  refuseOpenListening,
} from '@taskwire/server/health';

type AccessSettings = Pick<
  Settings,
  'host' | 'operatorTokens' | 'operatorTokensFile' | 'viewerTokens' | 'viewerTokensFile' | 'sessionHours'
>;

const HOUR_MS = 3_600_000;

/**
 * Who is let in, by the settings. Asked before anything is opened.
 * @throws TaskwireError `setting_invalid`, also where the address can be reached from elsewhere and no token is set
 */
export function accessOf(settings: AccessSettings, clock: () => number): Access {
  const tokens = readAccessTokens(settings);
  refuseOpenListening(settings.host, tokens.length);
  if (tokens.length === 0) return createOpenAccess();
  return createTokenAccess({ tokens, sessionMs: settings.sessionHours * HOUR_MS, clock });
}
