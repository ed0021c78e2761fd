import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSettings, SETTINGS } from '@taskwire/protocol';
import { createMetrics } from '../../packages/listener/src/metrics.ts';
import { prometheusText } from '../../packages/server/src/metrics/prometheus-text.ts';
import { COMMANDS } from '../../packages/taskwire/src/command-line/commands.ts';
import {
  KUBERNETES,
  type Manifest,
  manifestFiles,
  portsAllowedOut,
  readKustomizations,
  readManifests,
  selects,
} from './manifests.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPONENT = 'app.kubernetes.io/component';
/** Who needs the database; nobody else may have it. */
const NEED_THE_DATABASE = ['web', 'listener', 'migrate'];
const DATABASE_PORT = 5432;
/** What a program that is not ours reads. */
const OTHER_VARIABLES = ['CELERY_BROKER_URL'];

const manifests = readManifests();
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const policies = ofKind('NetworkPolicy');
const workloads = manifests.filter(({ spec }) => spec?.template !== undefined);
const labelsOf = ({ spec }: Manifest) => spec.template.metadata.labels;
const componentOf = (workload: Manifest) => labelsOf(workload)[COMPONENT] ?? '';
const containerOf = ({ spec }: Manifest) => spec.template.spec.containers[0]!;
const settings = new Map(Object.values(SETTINGS).map((setting) => [setting.name, setting]));
const configMaps = new Map(ofKind('ConfigMap').map(({ metadata, data }) => [metadata.name, data ?? {}]));

describe('deploy/kubernetes', () => {
  it('has a workload for every role', () => {
    assert.deepEqual(workloads.map(componentOf).sort(), ['celery', 'listener', 'migrate', 'web', 'worker']);
  });

  it('names every file in the kustomization beside it, and no other', () => {
    const kustomizations = readKustomizations();
    const named = kustomizations.flatMap(({ folder, resources, components }) =>
      [...resources, ...components].map((entry) => path.join(folder, entry)),
    );
    for (const entry of named) assert.ok(existsSync(path.join(KUBERNETES, entry)), entry);
    for (const file of manifestFiles()) assert.ok(named.includes(file), `${file} is in no kustomization`);
  });

  for (const workload of workloads) {
    const { name } = workload.metadata;
    const pod = workload.spec.template.spec;
    const container = containerOf(workload);

    it(`${name} runs as nobody special, on a file system that it cannot write, within bounds`, () => {
      const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext;
      assert.deepEqual([runAsNonRoot, runAsUser], [true, 1000]);
      assert.deepEqual(seccompProfile, { type: 'RuntimeDefault' });
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      assert.ok(container.resources.requests.memory && container.resources.limits.memory);
      assert.equal(pod.automountServiceAccountToken, false);
    });

    it(`${name} gets settings that are there, secret ones by reference, and no others`, () => {
      // Of a Service taskwire-web a cluster would make TASKWIRE_WEB_PORT, which stops the start.
      assert.equal(pod.enableServiceLinks, false);
      const shared = (container.envFrom ?? []).map(({ configMapRef }) => configMaps.get(configMapRef.name));
      for (const data of shared) readSettings(data ?? assert.fail(`${name}: no such ConfigMap`));
      for (const { name: variable, value, valueFrom } of container.env) {
        if (OTHER_VARIABLES.includes(variable)) continue;
        const setting = settings.get(variable) ?? assert.fail(`${name}: ${variable} is no setting`);
        if (setting.secret) assert.equal(valueFrom?.secretKeyRef?.key, variable);
        else assert.ok(value === undefined ? valueFrom : setting.parse(value) !== undefined, variable);
      }
      const open = shared.flatMap((data) => Object.keys(data ?? {})).filter((it) => settings.get(it)?.secret);
      assert.deepEqual(open, []);
    });

    it(`${name} runs an image that deploy/images makes, with a command that it has`, () => {
      const role = container.image.replace(/^taskwire-/, '');
      const image = readFileSync(path.join(ROOT, `deploy/images/${role}.Dockerfile`), 'utf8');
      assert.match(image, /^USER 1000:1000$/m);
      for (const command of container.args ?? [])
        assert.ok(
          COMMANDS.some((it) => it.name === command),
          command,
        );
      const volume = /^VOLUME (\S+)$/m.exec(image)?.[1];
      const mounted = container.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
      assert.deepEqual(
        mounted.filter((it) => it !== '/tmp'),
        volume === undefined ? [] : [volume],
      );
    });

    it(`${name} can leave only for what it needs${NEED_THE_DATABASE.includes(componentOf(workload)) ? '' : ', which the database is not'}`, () => {
      const labels = labelsOf(workload);
      const closed = policies.filter(
        ({ spec }) => selects(spec.podSelector, labels) && spec.egress === undefined,
      );
      assert.ok(closed.some(({ spec }) => spec.policyTypes.length === 2));
      const ports = portsAllowedOut(policies, labels);
      const needsIt = NEED_THE_DATABASE.includes(componentOf(workload));
      assert.equal(ports.has('any'), false);
      assert.equal(ports.has(DATABASE_PORT), needsIt);
      assert.equal(
        container.env.some((it) => it.name === 'DATABASE_URL'),
        needsIt,
      );
    });
  }

  it('lets nobody into the database but those that need it', () => {
    const guard = policies.find(({ spec }) =>
      spec.ingress?.some((rule) => rule.ports?.[0]?.port === DATABASE_PORT),
    );
    const [rule] = (guard ?? assert.fail('no policy')).spec.ingress as readonly {
      readonly from: readonly [{ readonly podSelector: Parameters<typeof selects>[0] }];
    }[];
    const let_in = workloads
      .filter((it) => selects(rule!.from[0].podSelector, labelsOf(it)))
      .map(componentOf);
    assert.deepEqual(let_in.sort(), [...NEED_THE_DATABASE].sort());
  });

  it('asks web processes and listeners where they answer, and on the port that they listen on', () => {
    const { paths } = JSON.parse(readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8'));
    for (const workload of workloads.filter((it) => ['web', 'listener'].includes(componentOf(it)))) {
      const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(workload);
      assert.deepEqual(ports, [{ name: 'http', containerPort: SETTINGS.port.fallback }]);
      const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
      assert.deepEqual(
        asked.map((it) => it?.path),
        ['/health/live', '/health/live', '/health/ready'],
      );
      for (const each of asked) assert.ok(paths[each!.path] !== undefined && each!.port === 'http');
    }
    for (const { spec } of ofKind('Service'))
      for (const port of spec.ports ?? []) assert.equal(port.targetPort, 'http');
  });

  it('asks a Celery worker as its image does', () => {
    const image = readFileSync(path.join(ROOT, 'deploy/images/celery.Dockerfile'), 'utf8');
    const [, inImage = ''] = /^HEALTHCHECK .*\n +CMD (\[.*\])$/m.exec(image) ?? [];
    const celery = workloads.find((it) => componentOf(it) === 'celery')!;
    assert.deepEqual(containerOf(celery).livenessProbe?.exec?.command, JSON.parse(inImage));
  });

  it('selects and scales what is there', () => {
    const isThere = (selector: Parameters<typeof selects>[0]) =>
      workloads.some((it) => selects(selector, labelsOf(it)));
    for (const { metadata, spec } of ofKind('PodDisruptionBudget'))
      assert.ok(isThere(spec.selector), metadata.name);
    for (const { metadata, spec } of ofKind('Service')) {
      assert.ok(isThere({ matchLabels: spec.selector }), metadata.name);
    }
    for (const workload of [...ofKind('Deployment'), ...ofKind('StatefulSet')]) {
      assert.ok(selects(workload.spec.selector, labelsOf(workload)), workload.metadata.name);
      const { serviceName } = workload.spec;
      if (serviceName !== undefined)
        assert.ok(ofKind('Service').some((it) => it.metadata.name === serviceName));
    }
    const scalers = [...ofKind('HorizontalPodAutoscaler'), ...ofKind('ScaledObject')];
    assert.ok(scalers.length > 0);
    for (const { metadata, spec } of scalers) {
      const { kind, name } = spec.scaleTargetRef;
      assert.ok(
        workloads.some((it) => it.kind === kind && it.metadata.name === name),
        metadata.name,
      );
    }
  });

  it('scales on metrics that a process shows, and on the queue that tasks wait in', () => {
    const shown = prometheusText({ listener: createMetrics().read(), residentBytes: 1, parts: [] });
    const scalers = JSON.stringify([...ofKind('HorizontalPodAutoscaler'), ...ofKind('ScaledObject')]);
    const metrics = new Set([...scalers.matchAll(/taskwire_[a-z_]+/g)].map(([metric]) => metric));
    assert.ok(metrics.size > 0);
    for (const metric of metrics) assert.match(shown, new RegExp(`^${metric} `, 'm'));
    assert.ok(scalers.includes(`"bull:${SETTINGS.taskQueue.fallback}:wait"`));
  });

  const overlays = readKustomizations().filter(({ folder }) => folder.startsWith('overlays'));
  const skip = spawnSync('kubectl', ['version', '--client']).status !== 0 && 'no kubectl';
  for (const { folder } of overlays) {
    it(`${folder} can be built, with a version of each image`, { skip }, () => {
      const built = spawnSync('kubectl', ['kustomize', folder], { cwd: KUBERNETES, encoding: 'utf8' });
      assert.equal(built.status, 0, built.stderr);
      const images = [...built.stdout.matchAll(/^ +image: (\S+)$/gm)].map(([, image = '']) => image);
      assert.ok(images.length > 0);
      for (const image of images) assert.match(image, /:\d+\.\d+\.\d+$/);
    });
  }
});
