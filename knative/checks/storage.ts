import type { IContainer } from 'kubernetes-models/v1/Container';
import { type Finding, finding, type Manifests, type Pod } from './manifest.ts';
import { podsOf } from './pods.ts';

type Problem = { path: string; problem: string };

/** Checks that no Pod can fill its node's disk: `emptyDir` volumes and containers have limits of what they write. */
export const checkStorage = (manifests: Manifests): Finding[] =>
  podsOf(manifests).flatMap((pod) =>
    [...volumesWithoutLimit(pod), ...containersWithoutLimit(pod)].map(({ path, problem }) =>
      finding(pod.owner, `${pod.path}.${path}`, problem),
    ),
  );

const volumesWithoutLimit = ({ spec }: Pod): Problem[] =>
  (spec.volumes ?? []).flatMap(({ emptyDir }, index) =>
    emptyDir && emptyDir.sizeLimit === undefined
      ? [{ path: `volumes[${index}].emptyDir.sizeLimit`, problem: "is missing: the volume may fill its node's disk" }]
      : [],
  );

const containersWithoutLimit = ({ spec }: Pod): Problem[] =>
  (['initContainers', 'containers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as IContainer[]).filter(isOurs).flatMap(({ resources }, index) =>
      (['requests', 'limits'] as const)
        .filter((each) => resources?.[each]?.['ephemeral-storage'] === undefined)
        .map((each) => ({
          path: `${list}[${index}].resources.${each}["ephemeral-storage"]`,
          problem: "is missing: logs and temporary files may fill its node's disk",
        })),
    ),
  );

/** Knative sets the limits of its sidecar. */
const isOurs = ({ image }: IContainer): boolean => image !== 'queue-proxy:installed';
