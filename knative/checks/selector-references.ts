import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import type { IPodDisruptionBudgetSpec } from 'kubernetes-models/policy/v1/PodDisruptionBudgetSpec';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { all, type Finding, finding, type Manifests, namespaceOf } from './manifest.ts';
import { podsOf } from './pods.ts';
import { findsPod, type LabelSelector, namespacesWith, selects } from './selectors.ts';

type Problem = { path: string; problem: string };

/** Checks that selectors match Pods: Services with their ports, Deployments, budgets, network policies. */
export const checkSelectors = (manifests: Manifests, optional: Manifests): Finding[] => [
  ...checkServices(manifests),
  ...checkDeployments(manifests),
  ...checkBudgets(manifests),
  ...checkPolicies([...manifests, ...optional], manifests),
];

const written = (selector: LabelSelector) =>
  [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(
      ({ key, operator, values }) => `${key} ${operator}${values?.length ? ` (${values.join(', ')})` : ''}`,
    ),
  ].join(', ');

const checkServices = (manifests: Manifests) =>
  all<IServiceSpec>(manifests, 'Service').flatMap((service) => {
    const { selector, ports, type } = service.spec;
    if (type === 'ExternalName') return [];
    const pods = podsOf(manifests).filter(
      (pod) => pod.namespace === namespaceOf(service) && selects({ matchLabels: selector ?? {} }, pod.labels),
    );
    if (!selector || pods.length === 0)
      return [finding(service, 'spec.selector', `finds no Pod (${written({ matchLabels: selector ?? {} })})`)];
    const named = pods.flatMap(({ spec }) =>
      spec.containers.flatMap((container) => (container.ports ?? []).map(({ name }) => name)),
    );
    return (ports ?? []).flatMap(({ targetPort }, index) =>
      typeof targetPort !== 'string' || named.includes(targetPort)
        ? []
        : [finding(service, `spec.ports[${index}].targetPort`, `no container has a port named "${targetPort}"`)],
    );
  });

const checkDeployments = (manifests: Manifests) =>
  ['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps']
    .flatMap((kind) => all<IDeploymentSpec>(manifests, kind))
    .filter(({ spec: { selector, template } }) => !selects(selector as LabelSelector, { ...template.metadata?.labels }))
    .map((each) =>
      finding(each, 'spec.selector', `does not find its own Pods (${written(each.spec.selector as LabelSelector)})`),
    );

const checkBudgets = (manifests: Manifests) =>
  all<IPodDisruptionBudgetSpec>(manifests, 'PodDisruptionBudget.policy')
    .filter((each) => !findsPod(manifests, namespaceOf(each), (each.spec.selector ?? {}) as LabelSelector))
    .map((each) =>
      finding(each, 'spec.selector', `finds no Pod (${written((each.spec.selector ?? {}) as LabelSelector)})`),
    );

const checkPolicies = (manifests: Manifests, checked: Manifests) =>
  all<INetworkPolicySpec>(checked, 'NetworkPolicy.networking.k8s.io').flatMap((policy) => {
    const { podSelector, ingress, egress } = policy.spec;
    const namespace = namespaceOf(policy);
    const problems = isEmpty(podSelector as LabelSelector)
      ? []
      : found(manifests, [namespace], podSelector as LabelSelector, 'spec.podSelector');
    for (const [index, { from }] of (ingress ?? []).entries())
      problems.push(...checkPeers(manifests, namespace, from, `spec.ingress[${index}].from`));
    for (const [index, { to }] of (egress ?? []).entries())
      problems.push(...checkPeers(manifests, namespace, to, `spec.egress[${index}].to`));
    return problems.map(({ path, problem }) => finding(policy, path, problem));
  });

const isEmpty = (selector: LabelSelector | null | undefined) =>
  !selector?.matchExpressions?.length && Object.keys(selector?.matchLabels ?? {}).length === 0;

const checkPeers = (
  manifests: Manifests,
  own: string,
  peers: readonly INetworkPolicyPeer[] | null | undefined,
  path: string,
): Problem[] =>
  (peers ?? []).flatMap(({ namespaceSelector, podSelector }, index) => {
    const spaces = namespaceSelector ? namespacesWith(manifests, namespaceSelector as LabelSelector) : [own];
    if (spaces.length === 0)
      return [
        {
          path: `${path}[${index}].namespaceSelector`,
          problem: `finds no namespace (${written(namespaceSelector as LabelSelector)})`,
        },
      ];
    return podSelector && !isEmpty(podSelector as LabelSelector)
      ? found(manifests, spaces, podSelector as LabelSelector, `${path}[${index}].podSelector`)
      : [];
  });

const found = (
  manifests: Manifests,
  namespaces: readonly string[],
  selector: LabelSelector,
  path: string,
): Problem[] =>
  namespaces.some((namespace) => findsPod(manifests, namespace, selector))
    ? []
    : [{ path, problem: `finds no Pod in ${namespaces.join(', ')} (${written(selector)})` }];
