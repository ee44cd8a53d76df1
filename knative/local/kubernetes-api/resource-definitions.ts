import { type Kind, kinds, resourceName } from './kinds.ts';
import type { KubernetesObject } from './object-parts.ts';

/** Kinds that Kubernetes itself has. */
const builtIn = ['', 'apps', 'batch', 'apiextensions.k8s.io'];

/** What Knative calls a channel: kn finds those kinds, and sources, by labels of their definitions (config/…/resources of knative/eventing). */
const channels = ['Channel', 'InMemoryChannel', 'KafkaChannel'];

const labelsOf = ({ group, kind }: Kind): Record<string, string> => ({
  ...(group.endsWith('.knative.dev') && { 'knative.dev/crd-install': 'true' }),
  ...(group === 'sources.knative.dev' && { 'duck.knative.dev/source': 'true' }),
  ...(channels.includes(kind) && { 'messaging.knative.dev/subscribable': 'true' }),
});

/** The CustomResourceDefinition of each kind of Knative and Istio that the API has, without a schema of its own. */
export const resourceDefinitions: readonly { key: string; object: KubernetesObject; observed: true }[] = kinds
  .filter(({ group }) => !builtIn.includes(group))
  .map((each) => ({
    key: `apiextensions.k8s.io/CustomResourceDefinition//${resourceName(each)}`,
    observed: true,
    object: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: resourceName(each), labels: labelsOf(each) },
      spec: {
        group: each.group,
        names: namesOf(each),
        scope: 'Namespaced',
        versions: each.versions.map((name, index) => ({
          ...{ name, served: true, storage: index === 0 },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        })),
      },
      status: {
        acceptedNames: namesOf(each),
        conditions: [
          { type: 'NamesAccepted', status: 'True' },
          { type: 'Established', status: 'True' },
        ],
      },
    },
  }));

function namesOf({ plural, kind, short, categories }: Kind) {
  return { plural, kind, listKind: `${kind}List`, singular: kind.toLowerCase(), shortNames: short, categories };
}
