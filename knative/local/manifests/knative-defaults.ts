import type { Manifest } from './yaml/origin.ts';
import { isObject, type Json, type JsonObject } from './yaml/source-positions.ts';

/**
 * An object with what Knative's webhooks fill in beside the template of a Service: where its traffic goes, of what a Channel is
 * made, the namespaces of references (pkg/apis/…/*_defaults.go of knative/serving and knative/eventing). kn computes with it.
 */
export function withDefaults<T extends Manifest>(manifest: T): T {
  const fill = Object.hasOwn(defaults, typeOf(manifest)) ? defaults[typeOf(manifest)] : undefined;
  const { spec = {}, metadata } = manifest as unknown as { spec?: Json; metadata: Named };
  if (!fill || !isObject(spec)) return manifest;
  const filled = { ...spec, ...fill(spec, { ...metadata, namespace: metadata.namespace || 'default' }) };
  if (manifest.kind !== 'Trigger' || typeof filled.broker !== 'string') return { ...manifest, spec: filled };
  const labels = { ...manifest.metadata.labels, 'eventing.knative.dev/broker': filled.broker };
  return { ...manifest, metadata: { ...manifest.metadata, labels }, spec: filled };
}

interface Named {
  name: string;
  namespace?: string;
}
type Fill = (spec: JsonObject, metadata: Required<Named>) => JsonObject;

/** Whatever its version. */
const typeOf = ({ apiVersion, kind }: Manifest): string => `${apiVersion.replace(/\/[^/]*$/, '')} ${kind}`;

const channelTemplate: JsonObject = { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel' };

const defaults: Readonly<Record<string, Fill>> = {
  'serving.knative.dev Service': ({ traffic }) => ({ traffic: targets(traffic) }),
  'eventing.knative.dev Trigger': ({ filter, subscriber }, { namespace }) => ({
    filter: filter ?? {},
    ...referring({ subscriber }, namespace),
  }),
  'messaging.knative.dev Channel': (spec) => ({ channelTemplate: spec.channelTemplate ?? channelTemplate }),
  'messaging.knative.dev Subscription': ({ subscriber, reply }, { namespace }) =>
    referring({ subscriber, reply }, namespace),
  'flows.knative.dev Sequence': (spec) => ({ channelTemplate: spec.channelTemplate ?? channelTemplate }),
  'flows.knative.dev Parallel': (spec) => ({ channelTemplate: spec.channelTemplate ?? channelTemplate }),
  'sources.knative.dev PingSource': ({ schedule }) => ({ schedule: schedule || '* * * * *' }),
  'sources.knative.dev SinkBinding': ({ subject, sink }, { namespace }) => ({
    ...(isObject(subject) && { subject: { ...subject, namespace: subject.namespace || namespace } }),
    ...referring({ sink }, namespace),
  }),
  'sources.knative.dev ContainerSource': ({ template }, { name }) =>
    isObject(template) && isObject(template.spec) && Array.isArray(template.spec.containers)
      ? { template: { ...template, spec: { ...template.spec, containers: named(template.spec.containers, name) } } }
      : {},
};

function targets(traffic: Json | undefined): Json {
  if (!Array.isArray(traffic) || traffic.length === 0) return [{ latestRevision: true, percent: 100 }];
  return traffic.map((each) =>
    isObject(each)
      ? { ...each, latestRevision: each.latestRevision ?? !each.revisionName, percent: each.percent ?? 0 }
      : each,
  );
}

/** Destinations whose reference says no namespace lead into that of the object. */
const referring = (destinations: Readonly<Record<string, Json | undefined>>, namespace: string): JsonObject =>
  Object.fromEntries(
    Object.entries(destinations).flatMap(([field, to]) =>
      isObject(to) && isObject(to.ref)
        ? [[field, { ...to, ref: { ...to.ref, namespace: to.ref.namespace || namespace } }]]
        : [],
    ),
  );

const named = (containers: readonly Json[], name: string): Json[] =>
  containers.map((each, index) => (isObject(each) && !each.name ? { ...each, name: `${name}-${index}` } : each));

/**
 * An object with what Knative fills into the template of a Service, too (pkg/apis/serving/v1/revision_defaults.go): for comparisons
 * only, as it would make another revision.
 */
export function withTemplateDefaults<T extends Manifest>(manifest: T): T {
  const { spec } = manifest as unknown as { spec?: Json };
  const isService = typeOf(manifest) === 'serving.knative.dev Service';
  if (!isService || !isObject(spec) || !isObject(spec.template) || !isObject(spec.template.spec)) return manifest;
  const { metadata, spec: pod, ...rest } = spec.template;
  const { containers, timeoutSeconds, containerConcurrency, enableServiceLinks, ...more } = pod as JsonObject;
  const filled = {
    ...more,
    timeoutSeconds: timeoutSeconds || 300,
    containerConcurrency: containerConcurrency ?? 0,
    enableServiceLinks: enableServiceLinks ?? false,
    ...(Array.isArray(containers) && { containers: userContainers(containers) }),
  };
  // kn writes `creationTimestamp: null`.
  const said = Object.entries(isObject(metadata) ? metadata : {}).filter(([, value]) => value !== null);
  const template = { ...rest, ...(said.length > 0 && { metadata: Object.fromEntries(said) }), spec: filled };
  return { ...manifest, spec: { ...spec, template } };
}

const userContainers = (containers: readonly Json[]): Json[] =>
  containers.map((each, index) => {
    if (!isObject(each)) return each;
    const name = each.name || (containers.length > 1 ? `user-container-${index}` : 'user-container');
    const isServed = containers.length === 1 || (Array.isArray(each.ports) && each.ports.length > 0);
    const probe: Json | undefined = each.readinessProbe ?? (isServed ? { tcpSocket: { port: 0 } } : undefined);
    const readinessProbe = isObject(probe) && { ...probe, successThreshold: probe.successThreshold || 1 };
    return { ...each, name, resources: each.resources ?? {}, ...(readinessProbe && { readinessProbe }) };
  });
