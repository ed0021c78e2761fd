import type { Settings } from '@taskwire/protocol';
import { type Access, type AccessRequest, createTokenAccess } from './access.ts';
import { readAccessTokens } from './access-token.ts';

/** What {@link tokenAccessOf} reads. */
export type TokenSettings = Pick<
  Settings,
  'operatorTokens' | 'operatorTokensFile' | 'viewerTokens' | 'viewerTokensFile' | 'sessionHours'
>;

const HOUR_MS = 3_600_000;

/** Access by the tokens of the settings; null where there are none. @throws TaskwireError `setting_invalid` */
export function tokenAccessOf(settings: TokenSettings, clock: () => number): Access<AccessRequest> | null {
  const tokens = readAccessTokens(settings);
  if (tokens.length === 0) return null;
  return createTokenAccess({ tokens, sessionMs: settings.sessionHours * HOUR_MS, clock });
}
