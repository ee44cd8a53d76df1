import { flowOf } from '@dormouse/manifests/flows';
import type { Delivery, Destination, Platform } from '@dormouse/manifests/model';

/** An object in the Kubernetes API's form. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  spec?: object;
  status?: Status;
  /** `data` of a ConfigMap, and its like. */
  [field: string]: unknown;
}

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  ownerReferences?: readonly object[];
  managedFields?: readonly object[];
}

type Status = { conditions?: Condition[]; observedGeneration?: number } & Record<string, unknown>;

/** What the platform makes of an object, with conditions. */
export type BuiltObject = KubernetesObject & { spec: object; status: { conditions: Condition[] } & Status };

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** What conditions look at. */
export type Shown = Pick<Platform, 'services' | 'brokers' | 'triggers' | 'channels' | 'jobSinks'>;

export const eventing = 'eventing.knative.dev/v1';
export const serving = 'serving.knative.dev/v1';
export const flows = 'flows.knative.dev/v1';
export const sinks = 'sinks.knative.dev/v1alpha1';
export const messaging = 'messaging.knative.dev/v1';

/** A destination as an object's field. */
export function reference(to: Destination): object {
  if (to.kind === 'url') return { uri: to.url };
  const { name, namespace } = to;
  if (to.kind === 'jobSink') return { ref: { apiVersion: sinks, kind: 'JobSink', name, namespace } };
  if (to.kind === 'broker') return { ref: { apiVersion: eventing, kind: 'Broker', name, namespace } };
  if (to.kind === 'channel' && (to.as === 'Sequence' || to.as === 'Parallel'))
    return { ref: { apiVersion: flows, kind: to.as, name: flowOf(name), namespace } };
  if (to.kind === 'channel') return { ref: { apiVersion: messaging, kind: to.as ?? 'Channel', name, namespace } };
  return { ref: { apiVersion: serving, kind: 'Service', name, namespace }, ...(to.path !== '/' && { uri: to.path }) };
}

/** `delivery` with what is said of it. */
export function deliveryField({
  retry,
  backoffPolicy,
  backoffDelayMs,
  timeoutMs,
  retryAfterMaxMs,
  deadLetterSink,
  format,
}: Partial<Delivery>): object {
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : `PT${ms / 1000}S`);
  const fields = Object.entries({
    deadLetterSink: deadLetterSink && reference(deadLetterSink),
    retry,
    backoffPolicy,
    backoffDelay: seconds(backoffDelayMs),
    timeout: seconds(timeoutMs),
    retryAfterMax: seconds(retryAfterMaxMs),
    format,
  }).filter(([, value]) => value !== undefined);
  return fields.length > 0 ? { delivery: Object.fromEntries(fields) } : {};
}

export const hasBroker = ({ brokers }: Shown, { name, namespace }: { name: string; namespace: string }) =>
  brokers.some((each) => each.name === name && each.namespace === namespace);

export const hasChannel = ({ channels }: Shown, { name, namespace }: { name: string; namespace: string }) =>
  channels.some((each) => each.name === name && each.namespace === namespace);

/** Whether a destination is there. */
export function exists(to: Destination, platform: Shown): boolean {
  if (to.kind === 'url') return true;
  if (to.kind === 'broker') return hasBroker(platform, to);
  if (to.kind === 'channel') return hasChannel(platform, to);
  const known = to.kind === 'jobSink' ? platform.jobSinks : platform.services;
  return known.some(({ name, namespace }) => name === to.name && namespace === to.namespace);
}

/** Each part's condition, and Ready, which holds when all of them do. */
export function conditionsOf(parts: Readonly<Record<string, true | string>>): Condition[] {
  const conditions = Object.entries(parts).map(
    ([type, holds]): Condition =>
      holds === true ? { type, status: 'True' } : { type, status: 'False', reason: 'NotFound', message: holds },
  );
  const { type: _, ...problem } = conditions.find(({ status }) => status === 'False') ?? {
    type: '',
    status: 'True' as const,
  };
  return [...conditions, { type: 'Ready', ...problem }];
}
