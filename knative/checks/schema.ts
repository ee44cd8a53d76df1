import { type Finding, finding, groupOf, kindOf, type Manifest } from './manifest.ts';
import { unchecked } from './unchecked.ts';

/** Package with the schemas of an API group; Kubernetes' own groups are in `kubernetes-models`. */
const packages: Readonly<Record<string, string>> = {
  'serving.knative.dev': '@kubernetes-models/knative',
  'eventing.knative.dev': '@kubernetes-models/knative',
  'flows.knative.dev': '@kubernetes-models/knative',
  'messaging.knative.dev': '@kubernetes-models/knative',
  'sources.knative.dev': '@kubernetes-models/knative',
  'sinks.knative.dev': '@kubernetes-models/knative',
  'networking.istio.io': '@kubernetes-models/istio',
  'security.istio.io': '@kubernetes-models/istio',
  'telemetry.istio.io': '@kubernetes-models/istio',
  'extensions.istio.io': '@kubernetes-models/istio',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'acme.cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'generators.external-secrets.io': '@kubernetes-models/external-secrets',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'argoproj.io': '@kubernetes-models/argo-cd',
};

/** Fields of the cluster's definition that the package lacks; docs/how-to/check-manifests.md names both versions. */
const lacking: Readonly<Record<string, readonly string[]>> = {
  'EventType.eventing.knative.dev': ['spec.description'],
  'AppProject.argoproj.io': ['spec.description'],
  'DestinationRule.networking.istio.io': [
    'spec.trafficPolicy.connectionPool.http.http2KeepAlive',
    'spec.trafficPolicy.retryBudget.budgetInterval',
  ],
  'AuthorizationPolicy.security.istio.io': [
    'spec.rules[].from[].source.trustDomains',
    'spec.rules[].from[].source.notTrustDomains',
  ],
  'Telemetry.telemetry.istio.io': ['spec.tracing[].disableContextPropagation'],
};

/** Fields that Kubernetes requires and Knative sets by default. */
const filledIn: Readonly<Record<string, RegExp>> = {
  'Service.serving.knative.dev':
    /^spec\.template\.spec\.containers\[\d+\](: name|\.\w+Probe\.(httpGet|tcpSocket|grpc): port)$/,
};

interface Problem {
  instancePath: string;
  message?: string;
  keyword: string;
  params: Readonly<Record<string, unknown>>;
}
interface Model {
  prototype: { validate(): void };
}
type ReadFields = Map<object, Set<string>>;

/**
 * Checks an object against its kind's schema: wrong values, missing fields, unknown fields.
 * A kind without a schema is a finding too, unless unchecked.ts says why.
 */
export function checkSchema(manifest: Manifest): Promise<Finding[]> {
  const text = JSON.stringify(manifest);
  const problems = known.get(text) ?? examine(manifest);
  known.set(text, problems);
  return problems;
}

/** Cache of findings: most objects are the same in every overlay. */
const known = new Map<string, Promise<Finding[]>>();

async function examine(manifest: Manifest): Promise<Finding[]> {
  const kind = kindOf(manifest);
  if (unchecked[kind]) return [];
  const model = await modelOf(manifest);
  if (!model) return [finding(manifest, '', `no schema is known for ${manifest.apiVersion} ${manifest.kind}`)];
  const readFields: ReadFields = new Map();
  const wrong = problemsOf(model, watched(manifest, readFields))
    .map((problem) => ({ ...problem, path: pathOf(manifest, problem.instancePath) }))
    .filter(({ path, params }) => !filledIn[kind]?.test(`${path}: ${params.missingProperty}`))
    .map((problem) => finding(manifest, problem.path, sayingOf(problem)));
  const served = new Set(lacking[kind]);
  const unknown = unknownFields(manifest, readFields).filter((path) => !served.has(path.replaceAll(/\[\d+\]/g, '[]')));
  return [...wrong, ...unknown.map((path) => finding(manifest, path, 'is not a field of this kind'))];
}

async function modelOf(manifest: Manifest): Promise<Model | undefined> {
  try {
    const module: unknown = await import(
      `${packages[groupOf(manifest)] ?? 'kubernetes-models'}/${manifest.apiVersion}/${manifest.kind}`
    );
    return (module as Readonly<Record<string, Model>>)[manifest.kind];
  } catch (error) {
    if (['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

function problemsOf(model: Model, manifest: Manifest): readonly Problem[] {
  try {
    model.prototype.validate.call(manifest);
    return [];
  } catch (error) {
    const { errors } = error as { errors?: readonly Problem[] };
    if (!errors) throw error;
    return errors;
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * The packages hold compiled validators, which let unknown fields pass. They ask each object for every field that its schema has, whether it
 * is there or not: what was never asked for is in no schema.
 */
function watched<T extends object>(value: T, readFields: ReadFields): T {
  const names = readFields.get(value) ?? new Set();
  readFields.set(value, names);
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === 'string') names.add(name);
      const member: unknown = Reflect.get(target, name);
      return isObject(member) ? watched(member, readFields) : member;
    },
  });
}

/** A schema that reads no field of an object leaves it open. */
function unknownFields(value: object, readFields: ReadFields, path = ''): string[] {
  const names = readFields.get(value);
  if (!names?.size) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const here = Array.isArray(value) ? `${path}[${name}]` : join(path, name);
    if (!names.has(name)) return Array.isArray(value) ? [] : [here];
    return isObject(member) ? unknownFields(member, readFields, here) : [];
  });
}

const join = (path: string, name: string) =>
  /[./]/.test(name) ? `${path}["${name}"]` : path ? `${path}.${name}` : name;

/** `/spec/http/0` as `spec.http[0]`. */
function pathOf(manifest: Manifest, pointer: string): string {
  let path = '';
  let value: unknown = manifest;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(value) ? `${path}[${name}]` : join(path, name);
    value = isObject(value) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return path;
}

const sayingOf = ({ keyword, params, message = keyword }: Problem) =>
  keyword === 'enum' ? `must be one of ${(params.allowedValues as unknown[]).join(', ')}` : message;
