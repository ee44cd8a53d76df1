import type { Manifest } from '@dormouse/manifests/yaml/origin';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';

export type { Manifest };

/** A finding about one object. */
export interface Finding {
  /** `Service.serving.knative.dev dormouse/posts`. */
  object: string;
  /** Field path: `spec.template.spec.containers[0].image`. */
  path: string;
  problem: string;
}

/** All objects that are applied together. */
export type Manifests = readonly Manifest[];

/** @param optional manifests that some component adds; policies may refer to them before */
export type Rule = (manifests: Manifests, optional: Manifests) => Finding[];

export const groupOf = ({ apiVersion }: Pick<Manifest, 'apiVersion'>): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** Kind and group as in `kubectl get`: `Trigger.eventing.knative.dev`; core kinds have no group. */
export const kindOf = (manifest: Pick<Manifest, 'apiVersion' | 'kind'>): string =>
  [manifest.kind, groupOf(manifest)].filter(Boolean).join('.');

export const namespaceOf = ({ metadata }: Manifest): string => metadata.namespace ?? '';

export const nameOf = (manifest: Manifest): string =>
  `${kindOf(manifest)} ${[manifest.metadata.namespace, manifest.metadata.name].filter(Boolean).join('/')}`;

/** Objects of a kind (`Trigger.eventing.knative.dev`), with the type of their spec. */
export function all<Spec = object>(manifests: Manifests, kind: string): (Manifest & { spec: Spec })[] {
  return manifests
    .filter((each) => kindOf(each) === kind)
    .map((each) => (each.spec ? each : { ...each, spec: {} }) as Manifest & { spec: Spec });
}

export function find(manifests: Manifests, kind: string, namespace: string, name: string): Manifest | undefined {
  return manifests.find(
    (each) => kindOf(each) === kind && namespaceOf(each) === namespace && each.metadata.name === name,
  );
}

export const finding = (manifest: Manifest, path: string, problem: string): Finding => ({
  object: nameOf(manifest),
  path,
  problem,
});

/** `Service.serving.knative.dev dormouse/posts: spec.template: what is wrong`. */
export const shown = ({ object, path, problem }: Finding): string => [object, path, problem].filter(Boolean).join(': ');

/** A Pod that an object creates, and the path of its spec in the object. */
export interface Pod {
  owner: Manifest;
  path: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  spec: IPodSpec;
}
