import { installedPods } from './installed.ts';
import { all, type Manifests } from './manifest.ts';
import { podsOf } from './pods.ts';

export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | null;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] | null }[] | null;
}

type Labels = Readonly<Record<string, string>>;

/** Whether labels match a selector; an empty selector matches all. A trailing `*` of a label matches any suffix. */
export function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  const is = (key: string, values: readonly string[]) =>
    values.some((value) =>
      labels[key]?.endsWith('*') ? value.startsWith(labels[key].slice(0, -1)) : labels[key] === value,
    );
  return (
    Object.entries(matchLabels ?? {}).every(([key, value]) => is(key, [value])) &&
    (matchExpressions ?? []).every(({ key, operator, values }) => {
      if (operator === 'In') return is(key, values ?? []);
      if (operator === 'NotIn') return !is(key, values ?? []);
      return operator === 'Exists' ? key in labels : !(key in labels);
    })
  );
}

/** Whether a selector matches a Pod of a namespace, created by these objects or installed before. */
export const findsPod = (manifests: Manifests, namespace: string, selector: LabelSelector): boolean =>
  podsOf(manifests).some((pod) => pod.namespace === namespace && selects(selector, pod.labels)) ||
  (installedPods[namespace] ?? []).some((labels) => selects(selector, labels));

/** Labels of all namespaces, created by these objects or installed before. */
export function namespacesWith(manifests: Manifests, selector: LabelSelector): string[] {
  const made = all(manifests, 'Namespace').map(({ metadata }) => ({
    name: metadata.name,
    labels: { ...metadata.labels } as Labels,
  }));
  const others = Object.keys(installedPods).map((name) => ({ name, labels: {} as Labels }));
  return [...made, ...others]
    .filter(({ name, labels }) => selects(selector, { ...labels, 'kubernetes.io/metadata.name': name }))
    .map(({ name }) => name);
}
