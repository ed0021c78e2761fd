import { waitUntil } from '@taskwire/test-harness';
import type { Alert, Prometheus } from './prometheus.ts';

/** Longer than any rule waits once a minute is a second, on a machine that has much else to do. */
const PATIENCE_MS = 90_000;

const LOOK_INTERVAL_MS = 200;

export interface WatchedAlerts extends Disposable {
  /** What somebody waited for and has seen, as it was. */
  readonly seen: ReadonlyMap<string, Alert>;
  /** Counts only what fires from here on, so that no alert is taken for that of another fault. */
  fromNow(): AlertsFromHere;
  /** Waits until nothing fires and nothing is about to. */
  untilQuiet(): Promise<void>;
}

export interface AlertsFromHere {
  /** What has fired, also what does not fire any more. */
  fired(): readonly string[];
  untilFired(...names: readonly string[]): Promise<void>;
}

export function watchAlerts(prometheus: Prometheus): WatchedAlerts {
  const latest = new Map<string, { readonly alert: Alert; readonly at: number }>();
  const seen = new Map<string, Alert>();
  const look = async (): Promise<void> => {
    const at = performance.now();
    for (const alert of await prometheus.alerts()) {
      if (alert.state === 'firing') latest.set(alert.labels.alertname, { alert, at });
    }
  };
  // Who waits for something says what did not come.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_INTERVAL_MS);

  const fromNow = (): AlertsFromHere => {
    const begun = performance.now();
    const fired = () => [...latest].flatMap(([name, { at }]) => (at >= begun ? [name] : []));
    const untilFired: AlertsFromHere['untilFired'] = async (...names) => {
      const missing = () => names.filter((name) => !fired().includes(name));
      await waitUntil(() => missing().length === 0, {
        what: `${names.join(', ')} to fire`,
        timeoutMs: PATIENCE_MS,
      }).catch((cause: unknown) => {
        throw new Error(`these alerts did not fire: ${missing().join(', ')}`, { cause });
      });
      for (const name of names) {
        const { alert } = latest.get(name) ?? {};
        if (alert !== undefined) seen.set(name, alert);
      }
    };
    return { fired, untilFired };
  };
  return {
    seen,
    fromNow,
    untilQuiet: async () => {
      const active = async () => (await prometheus.alerts()).map(({ labels }) => labels.alertname);
      await waitUntil(async () => (await active()).length === 0, {
        what: 'an end of all alerts',
        timeoutMs: PATIENCE_MS,
        pollMs: LOOK_INTERVAL_MS,
      }).catch(async (cause: unknown) => {
        throw new Error(`these alerts do not end: ${(await active()).join(', ')}`, { cause });
      });
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
