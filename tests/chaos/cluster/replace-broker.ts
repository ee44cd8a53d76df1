import { kubectl } from '../../kubectl.ts';
import { patiently } from './patience.ts';

/** A Broker or a Trigger as the API server gives it. */
export interface Stored {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: object; annotations?: Record<string, string> };
  spec: { broker?: string; [field: string]: unknown };
  status?: object;
}

/** Set by Eventing's webhook, which refuses them of anybody else. */
const setByKnative = ['eventing.knative.dev/creator', 'eventing.knative.dev/lastModifier'];
const readySeconds = 180;

/** What somebody would apply to have this object again: nothing that the cluster wrote into it. */
export function manifestOf({ apiVersion, kind, metadata, spec }: Stored): Omit<Stored, 'status'> {
  const { name, namespace, labels, annotations = {} } = metadata;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !setByKnative.includes(key)));
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }), annotations: kept },
    spec,
  };
}

/**
 * Deletes a Broker with its Triggers and makes them anew, as a change of its class does, which is immutable. What it had
 * acknowledged and not delivered is gone with its channel; meanwhile nobody can publish.
 * @param ready resolves when it is to happen
 * @returns names of what was replaced
 */
export async function replaceBroker(namespace: string, broker: string, ready: () => Promise<void>): Promise<string[]> {
  const all = JSON.parse(
    await kubectl(['-n', namespace, 'get', 'brokers.eventing.knative.dev,triggers.eventing.knative.dev', '-o', 'json']),
  ) as { items: Stored[] };
  const own = all.items.filter(
    ({ kind, metadata, spec }) => (kind === 'Broker' ? metadata.name : spec.broker) === broker,
  );
  const manifests = own.map(manifestOf);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  await ready();
  try {
    await kubectl(['delete', '--ignore-not-found', '--timeout=120s', '-f', '-'], list);
  } finally {
    // Whatever came of it, the platform has its Broker again.
    await patiently(() => kubectl(['apply', '-f', '-'], list), readySeconds);
  }
  const names = manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  await kubectl(['-n', namespace, 'wait', '--for=condition=Ready', `--timeout=${readySeconds}s`, ...names]);
  return names;
}
