import type { Service } from '@dormouse/manifests/model';
import type { BuiltObject, Condition, KubernetesObject } from './object-parts.ts';
import type { ServiceState } from './service-object.ts';

const serving = 'serving.knative.dev/v1';

/** The Configuration, the Route and the Revisions that Knative makes of a Service. */
export function derivedObjects(service: Service, object: BuiltObject, state: ServiceState | undefined): BuiltObject[] {
  const { name, namespace } = object.metadata;
  const { conditions, ...status } = object.status;
  const part = (kind: string, type: string, spec: object, fields: readonly string[]): BuiltObject => ({
    apiVersion: serving,
    kind,
    metadata: { name, namespace: namespace as string, labels: labelsOf(name), ownerReferences: [ownedBy(object)] },
    spec,
    status: {
      ...Object.fromEntries(Object.entries(status).filter(([field]) => fields.includes(field))),
      conditions: readyAs(conditions.find((each) => each.type === type)),
    },
  });
  const { template, traffic } = object.spec as { template?: object; traffic?: object };
  const created = ['latestCreatedRevisionName', 'latestReadyRevisionName'];
  return [
    part('Configuration', 'ConfigurationsReady', { template }, created),
    part('Route', 'RoutesReady', { traffic }, ['url', 'address', 'traffic']),
    ...(state?.revisions ?? []).map((each) => revisionObject(service, each, state as ServiceState)),
  ];
}

const labelsOf = (name: string) => ({ 'serving.knative.dev/service': name });

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject) => ({
  ...{ apiVersion, kind, name, uid: uid ?? '', controller: true, blockOwnerDeletion: true },
});

const readyAs = (condition: Condition | undefined): Condition[] => [
  { ...(condition ?? { status: 'Unknown' as const }), type: 'Ready' },
];

function revisionObject(
  { name, namespace }: Service,
  { name: revision, generation, template }: NonNullable<ServiceState['revisions']>[number],
  state: ServiceState,
): BuiltObject {
  const { metadata, spec } = JSON.parse(template) as { metadata?: KubernetesObject['metadata']; spec?: object };
  const failed = state.failed?.revision === revision ? state.failed.words : undefined;
  const coming = state.coming && state.latestCreated === revision;
  const routed = state.traffic.some((each) => each.revision === revision);
  const healthy = conditionOf(failed, coming);
  const active: Condition = routed
    ? { type: 'Active', status: 'True' }
    : { type: 'Active', status: 'False', reason: 'NoTraffic', message: 'The target is not receiving traffic.' };
  return {
    apiVersion: serving,
    kind: 'Revision',
    metadata: {
      name: revision,
      namespace,
      labels: {
        ...metadata?.labels,
        ...labelsOf(name),
        'serving.knative.dev/configuration': name,
        'serving.knative.dev/configurationGeneration': String(generation),
        'serving.knative.dev/routingState': routed ? 'active' : 'reserve',
      },
      // kn writes into it: there has to be one.
      annotations: { ...metadata?.annotations, ...(routed && { 'serving.knative.dev/routes': name }) },
    },
    spec: spec ?? {},
    status: {
      conditions: [
        active,
        { type: 'ContainerHealthy', ...healthy },
        { type: 'Ready', ...healthy },
        { type: 'ResourcesAvailable', status: 'True' },
      ],
    },
  };
}

function conditionOf(failed: string | undefined, coming: boolean): Omit<Condition, 'type'> {
  if (failed !== undefined) return { status: 'False', reason: 'ContainerMissing', message: failed };
  return coming ? { status: 'Unknown', reason: 'Deploying' } : { status: 'True' };
}
