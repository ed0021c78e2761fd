import type { Settings } from '@taskwire/protocol';
import { type Finding, note, ok, problem, warning } from './finding.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** What the settings say by themselves. Pure. */
export function checkSettings(settings: Settings): readonly Finding[] {
  return [exposure(settings), ...token(settings), ...switches(settings)];
}

function exposure(settings: Settings): Finding {
  const check = 'web.exposure';
  const { host, port } = settings;
  const hasTokens =
    settings.operatorTokens.length + settings.viewerTokens.length > 0 ||
    settings.operatorTokensFile !== undefined ||
    settings.viewerTokensFile !== undefined;
  if (LOOPBACK.test(host)) {
    const who = hasTokens
      ? 'and asks for a token'
      : 'without tokens: every program on this machine is an operator';
    return ok(check, `the web process listens on ${host} only, ${who}`);
  }
  if (!hasTokens) {
    return problem(
      check,
      `TASKWIRE_HOST is ${host}, and there is no token: the web process does not start`,
      'Set TASKWIRE_OPERATOR_TOKENS (and TASKWIRE_VIEWER_TOKENS), or TASKWIRE_HOST to 127.0.0.1.',
    );
  }
  return note(
    check,
    `the web process listens on ${host}:${port} for other machines, and asks for a token`,
    'Keep it behind a proxy that encrypts (https), and name that in TASKWIRE_TRUSTED_PROXIES.',
  );
}

function token({ apiUrl, token }: Settings): readonly Finding[] {
  if (apiUrl === undefined || token === undefined) return [];
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === 'https:' || LOOPBACK.test(hostname.replaceAll(/[[\]]/g, ''))) return [];
  return [
    warning(
      'web.token',
      `TASKWIRE_TOKEN goes to ${hostname} unencrypted: whoever is on the way can use it`,
      'Use https:// in TASKWIRE_API_URL.',
    ),
  ];
}

function switches({ listenerEnabled, notificationsEnabled }: Settings): readonly Finding[] {
  return [
    ...(listenerEnabled
      ? []
      : [
          note(
            'settings.listener',
            'ENABLE_TASK_STATUS_LISTENER is false: this web process brings no events to the database',
            'Make sure that taskwire listener or another replica does.',
          ),
        ]),
    ...(notificationsEnabled
      ? []
      : [
          warning(
            'settings.notifications',
            'ENABLE_STATUS_NOTIFICATIONS is false: a worker with these settings reports nothing',
            'Set it to true, unless that is wanted.',
          ),
        ]),
  ];
}
