import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import { all, type Finding, finding, type Manifests } from './manifest.ts';

/** Of a block that a policy may name: a few addresses that somebody knows, not a whole private network. */
const minPrefix = { v4: 24, v6: 64 };

/** Checks that network policies select pods and namespaces, and name addresses one by one. */
export const checkNetworkPolicies = (manifests: Manifests): Finding[] =>
  all<INetworkPolicySpec>(manifests, 'NetworkPolicy.networking.k8s.io').flatMap((policy) =>
    blocksIn(policy.spec).flatMap(({ path, cidr }) =>
      isWide(cidr)
        ? [finding(policy, `${path}.ipBlock.cidr`, `${cidr} is a whole network: select pods, or name single addresses`)]
        : [],
    ),
  );

/** Every block of addresses that a policy names. */
export const blocksIn = ({ ingress = [], egress = [] }: INetworkPolicySpec): { path: string; cidr: string }[] => [
  ...ingress.flatMap(({ from = [] }, rule) => blocksOf(from, `spec.ingress[${rule}].from`)),
  ...egress.flatMap(({ to = [] }, rule) => blocksOf(to, `spec.egress[${rule}].to`)),
];

const blocksOf = (peers: readonly { ipBlock?: { cidr: string } }[], path: string) =>
  peers.flatMap(({ ipBlock }, index) => (ipBlock ? [{ path: `${path}[${index}]`, cidr: ipBlock.cidr }] : []));

const isWide = (cidr: string): boolean => {
  const [address = '', prefix] = cidr.split('/');
  return Number(prefix) < (address.includes(':') ? minPrefix.v6 : minPrefix.v4);
};
