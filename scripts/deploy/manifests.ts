// deploy/kubernetes as data, for its test: what is in the files, and what a network policy lets through.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const KUBERNETES = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));

type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

export interface EnvironmentEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly EnvironmentEntry[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: object;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly enableServiceLinks: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly containers: readonly Container[];
  };
}

interface PolicyRule {
  readonly to?: readonly {
    readonly podSelector?: LabelSelector;
    readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
  }[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}

/** As much of a manifest as is looked at. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly template: PodTemplate;
    readonly selector: LabelSelector & Labels;
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly egress?: readonly PolicyRule[];
    readonly ingress?: readonly PolicyRule[];
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly serviceName?: string;
  };
}

export interface Kustomization {
  readonly folder: string;
  readonly resources: readonly string[];
  readonly components: readonly string[];
}

const parse = (file: string): readonly unknown[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('\n')}`);
    return document.toJS();
  });

export const manifestFiles = (): readonly string[] =>
  globSync('**/*.yaml', { cwd: KUBERNETES }).filter((file) => path.basename(file) !== 'kustomization.yaml');

/** All that base and components hold. */
export const readManifests = (): readonly Manifest[] =>
  manifestFiles().flatMap((file) => parse(path.join(KUBERNETES, file))) as readonly Manifest[];

export const readKustomizations = (): readonly Kustomization[] =>
  globSync('**/kustomization.yaml', { cwd: KUBERNETES }).map((file) => {
    const [content] = parse(path.join(KUBERNETES, file)) as readonly Partial<Kustomization>[];
    return { resources: [], components: [], ...content, folder: path.dirname(file) };
  });

export const selects = (selector: LabelSelector, labels: Labels): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? ''));

/** The ports that the policies let pods with these labels connect to; `any` where a rule names none. */
export const portsAllowedOut = (policies: readonly Manifest[], labels: Labels): ReadonlySet<number | 'any'> =>
  new Set(
    policies
      .filter(({ spec }) => spec.policyTypes.includes('Egress') && selects(spec.podSelector, labels))
      .flatMap(({ spec }) => spec.egress ?? [])
      .flatMap(({ ports }): readonly (number | 'any')[] => ports?.map(({ port }) => port) ?? ['any']),
  );
