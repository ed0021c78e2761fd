import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SETTINGS } from '@taskwire/protocol';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly networks: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const file = readFileSync(new URL('../../deploy/docker-compose.yml', import.meta.url), 'utf8');
const { services, networks } = parse(file, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
};
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('taskwire-'));
const known = new Set(Object.values(SETTINGS).map(({ name }) => name));

describe('deploy/docker-compose.yml', () => {
  it('has the database in a network that leads nowhere, with web replicas alone', () => {
    const beside = Object.keys(services).filter((name) => services[name]?.networks.includes('data'));
    assert.deepEqual(beside.sort(), ['postgres', 'web-1', 'web-2']);
    assert.equal(networks.data?.internal, true);
  });

  for (const [name, service] of ours) {
    it(`${name} writes to its outbox at most, and has settings that are there`, () => {
      assert.equal(service.read_only, true);
      assert.deepEqual(service.cap_drop, ['ALL']);
      const variables = Object.keys(service.environment ?? {}).filter((it) => !it.startsWith('CELERY_'));
      assert.deepEqual(
        variables.filter((it) => !known.has(it)),
        [],
      );
    });
  }

  it('gives no two services one outbox', () => {
    const outboxes = ours.flatMap(([, { volumes }]) => volumes ?? []);
    assert.ok(outboxes.length > 0);
    assert.equal(new Set(outboxes).size, outboxes.length);
  });
});
