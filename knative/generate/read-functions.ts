import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventContract } from '@dormouse/events/contract';
import { parse, parseAllDocuments } from 'yaml';

/** What the hand-written manifests of knative/base say about one function, as far as other manifests follow from it. */
export interface DeployedFunction {
  name: string;
  kind: 'Service' | 'Job';
  /** It has migrations, hence a role, a schema and a Secret `NAME-database`. */
  hasDatabase: boolean;
  /** It is the source of events in the catalogue: it has a Secret `NAME-event-signing`. */
  signsEvents: boolean;
  hasVolumes: boolean;
  /** A RoleBinding names its account: it asks the Kubernetes API something. */
  asksKubernetes: boolean;
  /** Other functions that it calls: annotation `dormouse.dev/calls` of its Service. */
  calls: readonly string[];
  /** Paths of the ingress that lead to it; a prefix ends without `*`. */
  routes: readonly string[];
  /** Paths that the Broker delivers to. */
  eventPaths: readonly string[];
  /** Where PingSources wake it. */
  pingedPaths: string[];
}

export interface Base {
  functions: readonly DeployedFunction[];
  /** Every Secret that a manifest of the base reads, those of databases included. */
  secrets: readonly string[];
  /** Functions whose routes have a name of their own in the VirtualService. */
  routed: readonly string[];
  /** The function that has the keys of tokens: the host of JWKS_URL. */
  keyHolder: string | undefined;
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds; what is read is checked by the manifests' own readers
  spec?: any;
  subjects?: { kind: string; name: string }[];
}

/** Annotation by which a Service names the functions that it calls, separated by commas. */
export const callsAnnotation = 'dormouse.dev/calls';

/** Reads the hand-written manifests of knative/base: what follows from them is generated. */
export function readFunctions(root: string, catalogue: readonly Pick<EventContract, 'source'>[]): Base {
  const base = join(root, 'knative/base');
  const { resources, configMapGenerator = [] } = parse(
    readFileSync(join(base, 'kustomization.yaml'), 'utf8'),
  ) as BaseKustomization;
  const own = resources.filter((file) => file.endsWith('.yaml') && existsSync(join(base, file)));
  const manifests = own.flatMap((file) =>
    parseAllDocuments(readFileSync(join(base, file), 'utf8'), { merge: true }).map((each) => each.toJS() as Manifest),
  );
  const shared = parse(readFileSync(join(base, 'every-service.yaml'), 'utf8')) as unknown;
  const deployed = manifests.filter(
    ({ apiVersion, kind }) => kind === 'Job' || (kind === 'Service' && apiVersion.startsWith('serving.knative.dev/')),
  );
  const sources = new Set(catalogue.map(({ source }) => source));
  const functions = deployed.map((each) => describe(each, { manifests, root, sources }));
  const databases = functions.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => `${name}-database`);
  const signing = functions.filter(({ signsEvents }) => signsEvents).map(({ name }) => `${name}-event-signing`);
  const users = functions.filter(({ kind }) => kind === 'Service').map(({ name }) => `${name}-redis`);
  const secrets = [...new Set([...databases, ...signing, ...users, ...secretsIn([deployed, shared])])].sort();
  const keys = configMapGenerator.flatMap(({ literals }) => literals).find((each) => each.startsWith('JWKS_URL='));
  return {
    functions,
    secrets,
    routed: functions.filter(({ routes }) => routes.length > 0).map(({ name }) => name),
    keyHolder: keys && new URL(keys.slice('JWKS_URL='.length)).hostname.split('.')[0],
  };
}

interface BaseKustomization {
  resources: string[];
  configMapGenerator?: { literals: string[] }[];
}

interface Read {
  manifests: readonly Manifest[];
  root: string;
  sources: ReadonlySet<string>;
}

function describe(manifest: Manifest, { manifests, root, sources }: Read): DeployedFunction {
  const { name, annotations } = manifest.metadata;
  const sent = manifests.filter(({ kind }) => kind === 'Trigger' || kind === 'Broker');
  const leadsHere = (destination?: { ref?: { name: string } }) => destination?.ref?.name === name;
  const destinations = sent.flatMap(({ spec }) => [spec?.subscriber, spec?.delivery?.deadLetterSink]).filter(leadsHere);
  return {
    name,
    kind: manifest.kind as 'Service' | 'Job',
    hasDatabase: existsSync(join(root, 'functions', name, 'migrations')),
    signsEvents: sources.has(`/${name}`),
    hasVolumes: manifest.spec?.template?.spec?.volumes !== undefined,
    asksKubernetes: manifests.some(
      ({ kind, subjects }) => kind === 'RoleBinding' && subjects?.some((s) => s.name === name),
    ),
    calls: annotations?.[callsAnnotation]?.split(',').map((each) => each.trim()) ?? [],
    routes: routesTo(name, manifests),
    eventPaths: [...new Set(destinations.map((each) => (each?.uri as string | undefined) ?? '/'))].sort(),
    pingedPaths: manifests
      .filter(({ kind, spec }) => kind === 'PingSource' && leadsHere(spec?.sink))
      .map(({ spec }) => (spec?.sink?.uri as string | undefined) ?? '/'),
  };
}

interface HttpEntry {
  rewrite?: { authority?: string };
  match?: { uri?: { prefix?: string; exact?: string; regex?: string } }[];
}

function routesTo(name: string, manifests: readonly Manifest[]): string[] {
  const entries = manifests.flatMap(({ kind, spec }) => (kind === 'VirtualService' ? (spec.http as HttpEntry[]) : []));
  const own = entries.filter(({ rewrite }) => rewrite?.authority?.startsWith(`${name}.`));
  const paths = own.flatMap(({ match = [{}] }) =>
    match.map(({ uri }) => uri?.prefix ?? uri?.exact ?? uri?.regex ?? '/'),
  );
  return [...new Set(paths)];
}

/** Names of Secrets, wherever a Pod may name one. */
function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'secretRef' || key === 'secretKeyRef') return [(inner as { name: string }).name];
    return key === 'secretName' ? [inner as string] : secretsIn(inner);
  });
}
