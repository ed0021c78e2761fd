import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNodeFinder, saysElsewhere } from './redis-nodes.ts';

/** Servers by `host:port`, each with its answer; one without is down. */
function asking(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const ask = async (url: string): Promise<unknown> => {
    const { host } = new URL(url);
    asked.push(host);
    if (!(host in answers)) throw new Error('connect ECONNREFUSED');
    return answers[host];
  };
  return { asked, ask };
}

const slots = (first: string, second: string) => [
  [0, 8_191, ['10.0.0.1', 7001, 'id-1'], ['10.0.0.3', 7003, 'id-3']],
  [8_192, 16_383, [first, Number(second), 'id-2']],
];

test('a connection of a cluster goes to the node that has the slot of its key', async () => {
  const { ask } = asking({ 'seed:6379': slots('10.0.0.2', '7002') });
  // The slots 12,739 and 866.
  const find = (key: string) =>
    createNodeFinder({ nodes: { kind: 'cluster' }, url: 'redis://seed:6379', key, ask })();
  assert.deepEqual(await find('{123456789}'), { host: '10.0.0.2', port: 7002 });
  assert.deepEqual(await find('hello'), { host: '10.0.0.1', port: 7001 });
});

test('what one node said of the others is asked when that one is gone, each search from another on', async () => {
  const answers: Record<string, unknown> = { 'seed:6379': slots('10.0.0.2', '7002') };
  const { ask, asked } = asking(answers);
  const url = 'redis://user:word@seed:6379';
  const find = createNodeFinder({ nodes: { kind: 'cluster' }, url, key: '{123456789}', ask });
  await find();
  delete answers['seed:6379'];
  answers['10.0.0.3:7003'] = slots('10.0.0.9', '7009');
  assert.deepEqual(await find(), { host: '10.0.0.9', port: 7009 });
  assert.deepEqual(asked, ['seed:6379', '10.0.0.1:7001', '10.0.0.3:7003']);
});

test('a node that does not know its own address is where it was asked', async () => {
  const { ask } = asking({ '[::1]:7000': [[0, 16_383, ['', 7_005, 'id']]] });
  const find = createNodeFinder({ nodes: { kind: 'cluster' }, url: 'redis://[::1]:7000', key: 'a', ask });
  assert.deepEqual(await find(), { host: '::1', port: 7_005 });
});

test('a slot that nobody has, and a cluster that nobody reaches, are said with the reason', async () => {
  const partly = asking({ 'seed:6379': [[0, 1, ['10.0.0.1', 7001, 'id']]] });
  const find = (ask: (url: string) => Promise<unknown>) =>
    createNodeFinder({ nodes: { kind: 'cluster' }, url: 'redis://seed:6379', key: 'hello', ask });
  await assert.rejects(find(partly.ask), /hello is: seed: no node has the slot/);
  await assert.rejects(find(asking({}).ask), /no node says where in the cluster .* ECONNREFUSED/);
});

test('with Sentinel the connection goes to whom the first of them that answers calls the primary', async () => {
  const nodes = { kind: 'sentinel', sentinels: ['redis://s1:1', 'redis://s2:2'], name: 'mymaster' } as const;
  const url = 'redis://ignored:6379';
  const down = asking({ 's2:2': ['10.0.0.7', '6380'] });
  const find = createNodeFinder({ nodes, url, key: 'any', ask: down.ask });
  assert.deepEqual(await find(), { host: '10.0.0.7', port: 6380 });
  const unknown = createNodeFinder({ nodes, url, key: 'any', ask: asking({ 's1:1': null }).ask });
  await assert.rejects(
    unknown,
    /no Sentinel says where .* s1: it knows no primary named mymaster; s2: connect/,
  );
});

test('only answers that mean another server are taken for that', () => {
  const said = (message: string) => saysElsewhere(new Error(message));
  assert.ok(said('MOVED 3999 127.0.0.1:6381'));
  assert.ok(said("READONLY You can't write against a read only replica."));
  assert.ok(said('CLUSTERDOWN Hash slot not served'));
  // A slot that is on its way: the next try meets the one or the other.
  assert.ok(
    !said('ASK 3999 127.0.0.1:6381') && !said('TRYAGAIN Multiple keys request during rehashing of slot'),
  );
  assert.ok(!said('OOM command not allowed') && !said('NOSCRIPT No matching script'));
});
