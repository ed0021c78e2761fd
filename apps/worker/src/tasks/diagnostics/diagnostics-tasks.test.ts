import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { issueCertificate, issueChain } from '@taskwire/test-harness';
import { runInTest } from '../../../test/run-in-test.ts';

const PERFORMANCE = 'tasks.web.diagnostics.analyze_network_performance';
const MATRIX = 'tasks.web.diagnostics.analyze_connectivity_matrix';
const SSL = 'tasks.web.diagnostics.analyze_ssl_certificates';
const allow = ['127.0.0.1', 'localhost'];
const host = '127.0.0.1';

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(0, host, done));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as { port: number }).port;
}

/** A port on which nobody listens: just given back by the system. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, host, done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const tlsServer = (t: TestContext, options: TlsOptions) => listen(t, createTlsServer(options));

test('connect times are measured over all tries, with progress', async (t) => {
  const port = await listen(t, createServer());
  const progress: number[] = [];
  const parameters = { host, port, tries: 4, interval_ms: 1 };
  const result = await runInTest(PERFORMANCE, parameters, { allow, onProgress: (one) => progress.push(one) });
  assert.deepEqual([result.connected, result.loss, result.connect.count, result.round_trip], [4, 0, 4, null]);
  const { min_ms, p50_ms, p95_ms, max_ms, mean_ms, jitter_ms } = result.connect;
  assert.ok(min_ms > 0 && min_ms <= p50_ms && p50_ms <= p95_ms && p95_ms <= max_ms);
  assert.ok(mean_ms >= min_ms && mean_ms <= max_ms && jitter_ms >= 0);
  assert.deepEqual(progress, [0.25, 0.5, 0.75, 1]);
  assert.equal(result.address, host);
});

test('round trips are measured where the peer answers', async (t) => {
  const echo = await listen(
    t,
    createServer((socket) => socket.pipe(socket)),
  );
  const greeting = await listen(
    t,
    createServer((socket) => socket.write('220 hello\r\n')),
  );
  const redirect = createHttpServer((_, response) =>
    response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  );
  const http = await listen(t, redirect);
  const { leaf } = issueChain(['a.example']);
  const tls = await tlsServer(t, { key: leaf.keyPem, cert: leaf.pem });
  for (const [probe, port] of Object.entries({ echo, greeting, http, tls })) {
    const parameters = { host, port, tries: 2, interval_ms: 0, probe };
    const result = await runInTest(PERFORMANCE, parameters, { allow });
    assert.equal(result.round_trip.count, 2, probe);
    assert.equal(result.round_trip_loss, 0, probe);
    assert.ok(result.round_trip.min_ms > 0, probe);
  }
});

test('a peer that stays silent costs no more than the timeout and counts as lost', async (t) => {
  const port = await listen(t, createServer());
  const parameters = { host, port, tries: 2, interval_ms: 0, probe: 'echo', timeout_ms: 60 };
  const result = await runInTest(PERFORMANCE, parameters, { allow });
  assert.deepEqual([result.connected, result.round_trip, result.round_trip_loss], [2, null, 1]);
});

test('a closed port is loss with its reason, not a failure of the task', async () => {
  const parameters = { host, port: await closedPort(), tries: 3, interval_ms: 0 };
  const result = await runInTest(PERFORMANCE, parameters, { allow });
  assert.deepEqual([result.connected, result.loss, result.connect], [0, 1, null]);
  assert.deepEqual(result.failures, [{ reason: 'closed: ECONNREFUSED', count: 3 }]);
});

test('without an entry in the allow-list loopback is refused, and nobody is connected to', async (t) => {
  let connections = 0;
  const port = await listen(
    t,
    createServer(() => connections++),
  );
  for (const target of [
    host,
    'localhost',
    '::ffff:127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
  ]) {
    const refused = { code: 'network_target_refused' };
    await assert.rejects(runInTest(PERFORMANCE, { host: target, port }), refused, target);
    const matrix = await runInTest(MATRIX, { hosts: [target], ports: [port] });
    assert.equal(matrix.hosts[0].ports[0].state, 'refused_by_policy', target);
    const ssl = await runInTest(SSL, { endpoints: [{ host: target, port }] });
    assert.equal(ssl.endpoints[0].state, 'refused_by_policy', target);
  }
  assert.equal(connections, 0);
});

test('the matrix tells open, closed, refused and unresolved apart', async (t) => {
  const open = await listen(t, createServer());
  const closed = await closedPort();
  const progress: number[] = [];
  const result = await runInTest(
    MATRIX,
    { hosts: [host, 'inside.example', 'gone.example'], ports: [open, closed], concurrency: 2 },
    {
      allow: [host],
      resolver: async (name) => {
        if (name === 'gone.example') throw new Error('ENOTFOUND');
        return ['10.0.0.1'];
      },
      onProgress: (one) => progress.push(one),
    },
  );
  const states = result.hosts.map((row: { host: string; ports: { state: string }[] }) => [
    row.host,
    ...row.ports.map(({ state }) => state),
  ]);
  assert.deepEqual(states, [
    [host, 'open', 'closed'],
    ['inside.example', 'refused_by_policy', 'refused_by_policy'],
    ['gone.example', 'unresolved', 'unresolved'],
  ]);
  assert.deepEqual(result.summary, { open: 1, closed: 1, refused_by_policy: 2, unresolved: 2 });
  assert.equal(result.complete, true);
  assert.equal(progress.at(-1), 1);
});

test('the matrix resolves each host once', async (t) => {
  const ports = [await listen(t, createServer()), await listen(t, createServer())];
  let asked = 0;
  const resolver = async () => [asked++ === 0 ? host : '10.0.0.1'];
  const result = await runInTest(MATRIX, { hosts: ['a.example'], ports }, { allow: [host], resolver });
  assert.deepEqual(result.summary, { open: 2 });
  assert.equal(asked, 1);
});

test('the matrix ends in time and says what it has not tried', async () => {
  const resolver = () => new Promise<string[]>((done) => setTimeout(done, 150, [host]));
  const parameters = {
    hosts: ['a.example', 'b.example'],
    ports: [1, 2],
    concurrency: 1,
    duration_ms_max: 100,
  };
  const result = await runInTest(MATRIX, parameters, { allow: [host], resolver });
  assert.equal(result.complete, false);
  assert.equal(result.summary.not_tried, 3);
});

test('too large a matrix is refused', async () => {
  const ports = Array.from({ length: 128 }, (_, index) => index + 1);
  const hosts = Array.from({ length: 9 }, (_, index) => `h${index}.example`);
  await assert.rejects(runInTest(MATRIX, { hosts, ports }), { code: 'parameters_invalid' });
});

test('an abort ends a measurement that waits', async (t) => {
  const port = await listen(t, createServer());
  for (const [name, parameters] of [
    [PERFORMANCE, { host, port, probe: 'echo', timeout_ms: 10_000 }],
    [SSL, { endpoints: [{ host, port }], timeout_ms: 10_000 }],
  ] as const) {
    const abort = new AbortController();
    const reason = new Error('enough');
    const run = runInTest(name, parameters, { allow, signal: abort.signal });
    setTimeout(() => abort.abort(reason), 50);
    await assert.rejects(run, reason);
  }
});

test('a good TLS end point is valid', async (t) => {
  const { leaf, pem, root } = issueChain(['good.example']);
  const port = await tlsServer(t, { key: leaf.keyPem, cert: pem });
  const endpoints = [{ host: 'good.example', port }];
  const resolver = async () => [host];
  const result = await runInTest(SSL, { endpoints, trusted_certificates: root.pem }, { allow, resolver });
  const [one] = result.endpoints;
  assert.deepEqual(one.findings, []);
  assert.deepEqual([one.state, one.verdict, one.trusted], ['examined', 'valid', true]);
  assert.deepEqual([one.protocol, one.cipher], ['TLSv1.3', 'TLS_AES_256_GCM_SHA384']);
  assert.deepEqual(one.chain, ['Test Intermediate', 'Test Root']);
  assert.equal(one.certificate.days_left, 364);
  assert.deepEqual(result.summary, { total: 1, examined: 1, valid: 1, valid_with_warnings: 0, invalid: 0 });
});

test('what is wrong with a TLS end point is reported and rejects nothing', async (t) => {
  const day = 86_400_000;
  const own = issueCertificate({ commonName: 'own', names: ['own.example'] });
  const old = issueCertificate({
    commonName: 'old',
    names: ['own.example'],
    notBefore: new Date(Date.now() - 9 * day),
    notAfter: new Date(Date.now() - day),
  });
  const chained = issueChain(['own.example']);
  const certificate = { key: own.keyPem, cert: own.pem };
  const ports = {
    own: await tlsServer(t, certificate),
    old: await tlsServer(t, { key: old.keyPem, cert: old.pem }),
    withoutIntermediate: await tlsServer(t, { key: chained.leaf.keyPem, cert: chained.leaf.pem }),
    oldProtocol: await tlsServer(t, {
      ...certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
    plain: await listen(
      t,
      createServer((socket) => socket.end('220 no TLS here\r\n')),
    ),
    closed: await closedPort(),
  };
  const endpoints = Object.values(ports).map((port) => ({ host, port, server_name: 'own.example' }));
  const parameters = {
    endpoints: [...endpoints, { host, port: ports.own }],
    trusted_certificates: chained.root.pem,
  };
  const result = await runInTest(SSL, parameters, { allow });
  const seen = result.endpoints.map((one: { state: string; findings?: { code: string }[] }) => [
    one.state,
    ...(one.findings?.map(({ code }) => code).sort() ?? []),
  ]);
  assert.deepEqual(seen, [
    ['examined', 'self_signed'],
    ['examined', 'expired', 'self_signed'],
    ['examined', 'chain_incomplete'],
    ['examined', 'self_signed', 'weak_cipher', 'weak_protocol'],
    ['no_tls'],
    ['closed'],
    ['examined', 'hostname_mismatch', 'self_signed'],
  ]);
  assert.equal(result.endpoints[3].protocol, 'TLSv1.1');
});

test('parameters that make no sense are refused', async () => {
  for (const [name, parameters] of [
    [PERFORMANCE, {}],
    [PERFORMANCE, { host, port: 0 }],
    [PERFORMANCE, { host, probe: 'ping' }],
    [MATRIX, { hosts: [] }],
    [MATRIX, { hosts: [host], ports: [65_536] }],
    [SSL, { endpoints: [{ port: 443 }] }],
    [SSL, { endpoints: [host] }],
  ] as const) {
    await assert.rejects(
      runInTest(name, parameters),
      { code: 'parameters_invalid' },
      JSON.stringify(parameters),
    );
  }
});
