import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import { all, type Manifests, namespaceOf } from './manifest.ts';
import { type LabelSelector, selects } from './selectors.ts';

/** One end of a connection: a Pod, or something outside of the cluster that has only an address. */
export type End = { namespace: string; labels: Readonly<Record<string, string>> } | { address: string };

const isPod = (end: End) => 'labels' in end;

/** Whether NetworkPolicies let a connection through, as Kubernetes reads them: what no policy selects is open, what one selects is listed. */
export function isOpen(manifests: Manifests, from: End, to: End, port: number): boolean {
  const policies = all<INetworkPolicySpec>(manifests, 'NetworkPolicy.networking.k8s.io').map((policy) => ({
    namespace: namespaceOf(policy),
    spec: policy.spec,
  }));
  const selecting = (end: End, type: 'Ingress' | 'Egress') =>
    policies.filter(
      ({ namespace, spec }) =>
        'labels' in end &&
        end.namespace === namespace &&
        spec.policyTypes?.includes(type) &&
        selects(spec.podSelector as LabelSelector, end.labels),
    );
  const leaving = selecting(from, 'Egress');
  const entering = selecting(to, 'Ingress');
  return (
    (leaving.length === 0 ||
      leaving.some(({ namespace, spec }) =>
        spec.egress?.some((rule) => fits(rule.to, rule.ports, to, namespace, port)),
      )) &&
    (entering.length === 0 ||
      entering.some(({ namespace, spec }) =>
        spec.ingress?.some((rule) => fits(rule.from, rule.ports, from, namespace, port)),
      ))
  );
}

function fits(
  peers: readonly INetworkPolicyPeer[] | undefined,
  ports: readonly { port?: string | number }[] | undefined,
  end: End,
  own: string,
  port: number,
): boolean {
  if (ports && !ports.some((each) => each.port === port)) return false;
  return !peers || peers.some((peer) => isPeer(peer, end, own));
}

function isPeer({ namespaceSelector, podSelector, ipBlock }: INetworkPolicyPeer, end: End, own: string): boolean {
  if (!isPod(end)) return ipBlock !== undefined && ipBlock.cidr === `${end.address}/32`;
  const inNamespace = namespaceSelector
    ? selects(namespaceSelector as LabelSelector, { 'kubernetes.io/metadata.name': end.namespace })
    : own === end.namespace;
  return !ipBlock && inNamespace && (!podSelector || selects(podSelector as LabelSelector, end.labels));
}
