import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMetrics } from '../../packages/listener/src/metrics.ts';
import { prometheusText } from '../../packages/server/src/metrics/prometheus-text.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'deploy/monitoring');
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

const promtool = (commandArguments: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync('promtool', commandArguments, {
    cwd: folder,
    input,
    encoding: 'utf8',
  });
  return { status, words: `${stdout}${stderr}` };
};

/** As a process with all its parts shows them, before anything has happened. */
const metricsText = prometheusText({
  listener: createMetrics().read(),
  residentBytes: 1,
  parts: [{ part: 'redis', state: 'ok', since: '', detail: '', meaning: '' }],
});
const shownMetrics = new Set(
  [...metricsText.matchAll(/^([a-z_]+)(?:\{[^}]*\})? /gm)].map((match) => match[1]),
);
const metricsIn = (text: string) =>
  new Set([...text.matchAll(/\b(?:taskwire|process)_[a-z_]+/g)].map((match) => match[0]));

describe('monitoring', () => {
  it('metrics keep to the conventions of Prometheus', () => {
    assert.deepEqual(promtool(['check', 'metrics'], metricsText), { status: 0, words: '' });
  });

  it('the rules are understood, and the configuration that names them is too', () => {
    for (const check of [
      ['check', 'rules', 'alerts.yml'],
      ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ]) {
      const { status, words } = promtool(check);
      assert.equal(status, 0, words);
    }
  });

  it('each alert fires on the series that it is for, and a quiet system fires none', () => {
    const { status, words } = promtool(['test', 'rules', 'alerts.test.yml']);
    assert.equal(status, 0, words);
    const cases = read('alerts.test.yml');
    for (const alert of alerts()) assert.match(cases, new RegExp(`name: ${alert.name} fires$`, 'm'));
  });

  it('each alert has a severity and a runbook that is there', () => {
    assert.ok(alerts().length > 0);
    for (const { name, text } of alerts()) {
      assert.match(text, /severity: (page|ticket)/, name);
      const runbook = /runbook_url: (\S+)/.exec(text)?.[1] ?? 'none';
      assert.ok(existsSync(path.join(root, runbook)), `${name}: ${runbook}`);
    }
  });

  it('rules and dashboard name only metrics that a process shows', () => {
    for (const text of [read('alerts.yml'), JSON.stringify(grafanaDashboard())]) {
      const unknown = [...metricsIn(text)].filter((metric) => !shownMetrics.has(metric));
      assert.deepEqual(unknown, []);
    }
  });

  it('the dashboard in the repository is the generated one', () => {
    assert.deepEqual(JSON.parse(read('grafana/taskwire.json')), grafanaDashboard());
  });
});

function alerts(): readonly { readonly name: string; readonly text: string }[] {
  return read('alerts.yml')
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((text) => ({ name: text.slice(0, text.indexOf('\n')), text }));
}
