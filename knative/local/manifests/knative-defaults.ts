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
