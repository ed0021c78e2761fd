import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, startProgram } from '@taskwire/test-harness';

/** An alert as the API of Prometheus shows it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>> & { readonly alertname: string };
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface Prometheus extends AsyncDisposable {
  /** Those that are pending or fire now. */
  alerts(): Promise<readonly Alert[]>;
  /** From now on it looks at these, host:port, and at no others. */
  lookAt(targets: readonly string[]): void;
}

/** A real Prometheus that looks at processes every second, and at its rules twice in that. */
export async function startPrometheus(rules: string): Promise<Prometheus> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-prometheus-'));
  const file = (name: string) => path.join(directory, name);
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '500ms' },
    rule_files: [file('alerts.yml')],
    scrape_configs: [{ job_name: 'taskwire', file_sd_configs: [{ files: [file('targets.json')] }] }],
  };
  const lookAt: Prometheus['lookAt'] = (targets) => {
    // It reads the file whenever that changes, and must not see half of it.
    writeFileSync(file('targets.new'), JSON.stringify([{ targets }]));
    renameSync(file('targets.new'), file('targets.json'));
  };
  lookAt([]);
  writeFileSync(file('alerts.yml'), rules);
  // JSON is YAML.
  writeFileSync(file('prometheus.yml'), JSON.stringify(configuration));
  const address = `127.0.0.1:${await freePort()}`;
  const process = await startProgram('prometheus', [
    `--config.file=${file('prometheus.yml')}`,
    `--storage.tsdb.path=${file('data')}`,
    `--web.listen-address=${address}`,
  ]);
  await process.waitForLine(/Server is ready to receive web requests/);
  return {
    lookAt,
    alerts: async () => {
      const answer = await fetch(`http://${address}/api/v1/alerts`);
      const { data } = (await answer.json()) as { readonly data: { readonly alerts: readonly Alert[] } };
      return data.alerts;
    },
    [Symbol.asyncDispose]: async () => {
      await process[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
