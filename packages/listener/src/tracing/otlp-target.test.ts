import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, readSettings, silentLogger } from '@taskwire/protocol';
import { readOtlpTarget } from './otlp-target.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
const target = (env: Readonly<Record<string, string>>, logger: Logger = silentLogger) =>
  readOtlpTarget(readSettings(env), 'taskwire-listener', logger);

test('nothing is traced without an endpoint, or where the settings of OpenTelemetry say no', () => {
  assert.equal(target({}), null);
  assert.equal(target({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }), null);
  assert.equal(target({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }), null);
});

test('a path is added to the endpoint of all signals, and none to that of traces', () => {
  assert.equal(target(ENDPOINT)?.url.href, 'http://collector:4318/v1/traces');
  const own = { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in' };
  assert.equal(target(own)?.url.href, 'https://traces.example/in');
});

test('headers and resource attributes are decoded, and the nearer word counts', () => {
  const read = target({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a=b, x-team = one',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-team=two',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=others,deployment.environment.name=test',
    OTEL_SERVICE_NAME: 'ours',
  });
  assert.deepEqual(read?.headers, { authorization: 'Bearer a=b', 'x-team': 'two' });
  assert.equal(read.resource['service.name'], 'ours');
  assert.equal(read.resource['deployment.environment.name'], 'test');
  assert.equal(target(ENDPOINT)?.resource['service.name'], 'taskwire-listener');
});

test('headers that cannot be read stop the start, and are not shown', () => {
  for (const headers of ['secret', 'a=1,=secret', 'a=%secret']) {
    assert.throws(() => target({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: headers }), {
      code: 'setting_invalid',
      message: /^OTEL_EXPORTER_OTLP_HEADERS: (?!.*secret)/,
    });
  }
});

test('a protocol that is not spoken here is said in the log, and the listener runs without spans', () => {
  const said: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_, message) => said.push(message) };
  assert.equal(target({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, logger), null);
  assert.match(said.join(), /OTEL_EXPORTER_OTLP_PROTOCOL to http\/json/);
  assert.notEqual(target({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }), null);
});
