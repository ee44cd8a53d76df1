import { readFileSync, statSync } from 'node:fs';
import type { Filter } from '@dormouse/filters/filter';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Broker, Delivery, Destination, PingSource, Trigger } from '@dormouse/manifests/model';
import { readBroker, readPingSource, readTrigger } from '@dormouse/manifests/readers/read-eventing';
import { readObject } from '@dormouse/manifests/readers/read-object';
import type { Manifest, Rendered } from '@dormouse/manifests/yaml/origin';
import { readYaml } from '@dormouse/manifests/yaml/read-yaml';
import { isObject, positionAt } from '@dormouse/manifests/yaml/source-positions';
import { isoDuration } from '@dormouse/time/durations';

/** The eventing objects of a system. */
export interface Eventing {
  brokers: Broker[];
  triggers: Trigger[];
  pingSources: PingSource[];
}

/** A delivery specification with the manifests' field names; `deadLetterSink` is the name of a receiver. */
export interface DeliverySpec {
  retry?: number;
  backoffPolicy?: 'linear' | 'exponential';
  /** ISO 8601, as all durations: `PT0.2S`. */
  backoffDelay?: string;
  timeout?: string;
  retryAfterMax?: string;
  deadLetterSink?: string;
}

/** A Trigger defined in the test. */
export interface TriggerSpec {
  name: string;
  /** Filters that must all match; default: every event. */
  filters?: readonly Filter[];
  /** Name of the receiver. */
  to: string;
  /** Default: `/`. */
  path?: string;
  delivery?: DeliverySpec;
  /** An event waits for the one before it of the same `partitionkey` or subject, retries included. */
  ordered?: boolean;
}

/** Namespace of Triggers defined in the test, and of their Broker. */
const namespace = 'default';
const origin = { file: 'the test', line: 1 };

/**
 * Brokers, Triggers and PingSources of manifests: folders with a kustomization.yaml (rendered), or YAML files. A Trigger whose Broker is not
 * among them gets one with the default delivery.
 *
 * @throws ManifestError with file and line
 */
export function readEventing(manifests: readonly string[]): Eventing {
  const found: Eventing = { brokers: [], triggers: [], pingSources: [] };
  for (const rendered of manifests.flatMap(renderedOf)) {
    const type = `${rendered.manifest.apiVersion} ${rendered.manifest.kind}`;
    const object = () => readObject(rendered, { ignored: [], enabled: () => true }, 'spec');
    if (type === 'eventing.knative.dev/v1 Broker') found.brokers.push(readBroker(object()));
    if (type === 'eventing.knative.dev/v1 Trigger') found.triggers.push(readTrigger(object()));
    if (type === 'sources.knative.dev/v1 PingSource') found.pingSources.push(readPingSource(object()));
  }
  return found;
}

function renderedOf(path: string): Rendered[] {
  if (statSync(path).isDirectory()) return render(path);
  return readYaml(readFileSync(path, 'utf8'), path).flatMap(({ value, origin }) =>
    isObject(value)
      ? [{ manifest: value as unknown as Manifest, origin, at: (fieldPath) => positionAt(value, fieldPath) }]
      : [],
  );
}

/** A Trigger of Broker `default` in namespace `default`. @throws TypeError for durations that are none */
export const triggerOf = ({
  name,
  filters = [],
  to,
  path = '/',
  delivery = {},
  ordered = false,
}: TriggerSpec): Trigger => ({
  name,
  namespace,
  broker: 'default',
  filters,
  subscriber: service(to, path),
  delivery: deliveryOf(delivery),
  ordered,
  origin,
});

/** Broker `default` in namespace `default`. @throws TypeError for durations that are none */
export const brokerOf = (
  delivery: DeliverySpec = {},
  of: { name: string; namespace: string } = { name: 'default', namespace },
): Broker => ({
  name: of.name,
  namespace: of.namespace,
  class: 'MTChannelBasedBroker',
  delivery: deliveryOf(delivery),
  origin,
});

const service = (name: string, path: string): Destination => ({ kind: 'service', name, namespace, path });

function deliveryOf({
  retry,
  backoffPolicy,
  backoffDelay,
  timeout,
  retryAfterMax,
  deadLetterSink,
}: DeliverySpec): Partial<Delivery> {
  return {
    ...(retry !== undefined && { retry }),
    ...(backoffPolicy && { backoffPolicy }),
    ...(backoffDelay && { backoffDelayMs: milliseconds(backoffDelay) }),
    ...(timeout && { timeoutMs: milliseconds(timeout) }),
    ...(retryAfterMax && { retryAfterMaxMs: milliseconds(retryAfterMax) }),
    ...(deadLetterSink && { deadLetterSink: service(deadLetterSink, '/') }),
  };
}

/** Milliseconds of an ISO 8601 duration; numbers are milliseconds. @throws TypeError when it is none */
export function milliseconds(duration: string | number): number {
  const ms = typeof duration === 'number' ? duration : isoDuration(duration);
  if (ms === undefined || !(ms >= 0))
    throw new TypeError(`${JSON.stringify(duration)} is not a duration like PT0.5S or P1D`);
  return ms;
}
