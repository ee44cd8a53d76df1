import type { EventContract } from '@dormouse/events/contract';
import { type Component, type Operation, type Patch, serviceTarget } from './component.ts';
import type { Base, DeployedFunction } from './read-functions.ts';

const token = {
  name: 'sink-token',
  projected: {
    sources: [
      {
        serviceAccountToken: {
          audience: 'eventing.knative.dev/broker/dormouse/default',
          expirationSeconds: 3600,
          path: 'token',
        },
      },
    ],
  },
};
const mount = { name: 'sink-token', mountPath: '/var/run/secrets/dormouse/sink', readOnly: true };

/** A function that emits events shows a token to the Broker, which takes those of its own types from it and no others. */
export function eventPolicyComponent({ functions }: Base, catalogue: readonly EventContract[]): Component {
  const emitting = functions.flatMap((each): (DeployedFunction & { prefixes: string[] })[] => {
    const prefixes = prefixesOf(each.name, catalogue);
    return prefixes.length > 0 ? [{ ...each, prefixes }] : [];
  });
  // The relay sends what the others left in their outboxes.
  const senders = [
    ...emitting,
    ...functions.filter(({ name }) => name === 'relay').map((each) => ({ ...each, prefixes: [] })),
  ];
  return {
    purpose: 'Its own events, and nobody else’s; the relay sends what others left in their outboxes.',
    resources: {
      'publishers.yaml': senders.map((each) => publisher(each.name, each.prefixes)),
    },
    patches: senders.map(withToken),
  };
}

/** `dev.dormouse.post.` for the types of posts. */
function prefixesOf(name: string, catalogue: readonly EventContract[]): string[] {
  const own = catalogue.filter(({ source }) => source === `/${name}`).map(({ type }) => type);
  return [...new Set(own.map((type) => `${type.split('.').slice(0, 3).join('.')}.`))];
}

const publisher = (name: string, prefixes: readonly string[]) => ({
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'EventPolicy',
  metadata: { name },
  spec: {
    to: [{ ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' } }],
    from: [{ sub: `system:serviceaccount:dormouse:${name}` }],
    ...(prefixes.length === 1 && { filters: [{ prefix: { type: prefixes[0] } }] }),
    ...(prefixes.length > 1 && { filters: [{ any: prefixes.map((type) => ({ prefix: { type } })) }] }),
  },
});

function withToken({ name, hasVolumes }: DeployedFunction): Patch {
  // A list that is there already is added to.
  const add = (path: string, value: object): Operation =>
    hasVolumes ? { op: 'add', path: `${path}/-`, value } : { op: 'add', path, value: [value] };
  return {
    target: serviceTarget(name),
    operations: [
      { op: 'add', path: '/metadata/labels/dormouse.dev~1sink-token', value: 'mounted' },
      add('/spec/template/spec/volumes', token),
      add('/spec/template/spec/containers/0/volumeMounts', mount),
    ],
  };
}
