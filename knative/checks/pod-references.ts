import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IVolume } from 'kubernetes-models/v1/Volume';
import { type Finding, find, finding, type Manifests, type Pod } from './manifest.ts';
import { podsOf } from './pods.ts';
import { secretsIn } from './secrets-in-namespace.ts';

type Problem = { path: string; problem: string };
interface Needed extends Problem {
  kind: 'ConfigMap' | 'Secret';
  name: string | null | undefined;
  key?: string | null | undefined;
}

/** Checks that every Pod's ServiceAccount, ConfigMaps with their keys, and Secrets exist, and that its images have a definite tag. */
export const checkPodReferences = (manifests: Manifests): Finding[] =>
  podsOf(manifests).flatMap((pod) =>
    [
      ...checkAccount(manifests, pod),
      ...checkImages(pod),
      ...neededBy(pod).filter((each) => !isThere(manifests, pod, each)),
    ].map(({ path, problem }) => finding(pod.owner, `${pod.path}.${path}`, problem)),
  );

function checkAccount(manifests: Manifests, { namespace, spec }: Pod): Problem[] {
  const name = spec.serviceAccountName;
  if (name)
    return find(manifests, 'ServiceAccount', namespace, name)
      ? []
      : [{ path: 'serviceAccountName', problem: `there is no ServiceAccount ${namespace}/${name}` }];
  if (spec.automountServiceAccountToken === false) return [];
  return [
    { path: 'serviceAccountName', problem: 'is missing: the Pod would carry the token of an account that all share' },
  ];
}

const containersOf = ({ spec }: Pod): { container: IContainer; path: string }[] => [
  ...(spec.initContainers ?? []).map((container, index) => ({ container, path: `initContainers[${index}]` })),
  ...spec.containers.map((container, index) => ({ container, path: `containers[${index}]` })),
];

const checkImages = (pod: Pod): Problem[] =>
  containersOf(pod).flatMap(({ container: { image = '' }, path }) => {
    if (/@sha256:[0-9a-f]{64}$/.test(image)) return [];
    const [, tag] = /:([^/:]+)$/.exec(image) ?? [];
    if (!tag) return [{ path: `${path}.image`, problem: `"${image}" has no tag` }];
    return tag === 'latest' ? [{ path: `${path}.image`, problem: `"${image}" is another image each day` }] : [];
  });

function neededBy(pod: Pod): Needed[] {
  const needed = (kind: Needed['kind'], name: Needed['name'], path: string, key?: Needed['key']): Needed => ({
    ...{ kind, name, path, key },
    problem: `there is no ${kind} ${pod.namespace}/${name}${key ? ` with ${key}` : ''}`,
  });
  const environment = containersOf(pod).flatMap(({ container: { env, envFrom }, path }) => [
    ...(envFrom ?? []).flatMap(({ configMapRef, secretRef }, index) => [
      ...(configMapRef && !configMapRef.optional
        ? [needed('ConfigMap', configMapRef.name, `${path}.envFrom[${index}].configMapRef.name`)]
        : []),
      ...(secretRef && !secretRef.optional
        ? [needed('Secret', secretRef.name, `${path}.envFrom[${index}].secretRef.name`)]
        : []),
    ]),
    ...(env ?? []).flatMap(({ valueFrom }, index) => {
      const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
      const here = `${path}.env[${index}].valueFrom`;
      return [
        ...(map && !map.optional ? [needed('ConfigMap', map.name, `${here}.configMapKeyRef`, map.key)] : []),
        ...(secret && !secret.optional ? [needed('Secret', secret.name, `${here}.secretKeyRef`)] : []),
      ];
    }),
  ]);
  const volumes = (pod.spec.volumes ?? []).flatMap((volume, index) =>
    sourcesOf(volume).map(({ kind, name }) => needed(kind, name, `volumes[${index}]`)),
  );
  return [...environment, ...volumes];
}

function sourcesOf({ configMap, secret, projected }: IVolume): { kind: Needed['kind']; name: Needed['name'] }[] {
  const nested = (projected?.sources ?? []).flatMap((source) => sourcesOf({ name: '', ...wrapped(source) }));
  return [
    ...(configMap && !configMap.optional ? [{ kind: 'ConfigMap' as const, name: configMap.name }] : []),
    ...(secret && !secret.optional ? [{ kind: 'Secret' as const, name: secret.secretName }] : []),
    ...nested,
  ];
}

/** A source of a projected volume, in the form of a volume. */
function wrapped({
  configMap,
  secret,
}: NonNullable<NonNullable<IVolume['projected']>['sources']>[number]): Partial<IVolume> {
  return {
    ...(configMap ? { configMap } : {}),
    ...(secret ? { secret: { secretName: secret.name ?? '', ...(secret.optional ? { optional: true } : {}) } } : {}),
  };
}

function isThere(manifests: Manifests, { namespace }: Pod, { kind, name, key }: Needed): boolean {
  if (!name) return false;
  if (kind === 'Secret') return secretsIn(manifests, namespace).has(name);
  const map = find(manifests, 'ConfigMap', namespace, name);
  return map !== undefined && (!key || key in { ...(map.data as object) });
}
