import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import { all, type Finding, finding, type Manifests } from './manifest.ts';

/** Of a block that a policy may name: a few addresses that somebody knows, not a whole private network. */
const minPrefix = { v4: 24, v6: 64 };

/** Checks that network policies select pods and namespaces, and name addresses one by one. */
export const checkNetworkPolicies = (manifests: Manifests): Finding[] =>
  all<INetworkPolicySpec>(manifests, 'NetworkPolicy.networking.k8s.io').flatMap((policy) =>
    blocksIn(policy.spec).flatMap(({ path, cidr, except }) =>
      isWide(cidr) && !isPublicInternet(cidr, except)
        ? [finding(policy, `${path}.ipBlock.cidr`, `${cidr} is a whole network: select pods, or name single addresses`)]
        : [],
    ),
  );

/** Every block of addresses that a policy names. */
export const blocksIn = ({ ingress = [], egress = [] }: INetworkPolicySpec): NamedBlock[] => [
  ...ingress.flatMap(({ from = [] }, rule) => blocksOf(from, `spec.ingress[${rule}].from`)),
  ...egress.flatMap(({ to = [] }, rule) => blocksOf(to, `spec.egress[${rule}].to`)),
];

interface NamedBlock {
  path: string;
  cidr: string;
  except: readonly string[];
}

const blocksOf = (peers: readonly { ipBlock?: { cidr: string; except?: string[] } }[], path: string): NamedBlock[] =>
  peers.flatMap(({ ipBlock }, index) =>
    ipBlock ? [{ path: `${path}[${index}]`, cidr: ipBlock.cidr, except: ipBlock.except ?? [] }] : [],
  );

/** What of IPv4 is inside: whoever may reach all others must not reach these. */
const inside = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];

/** All that is public, for who has to reach strangers: nothing of a cluster's own is in it. */
const isPublicInternet = (cidr: string, except: readonly string[]): boolean =>
  cidr === '2000::/3' || (cidr === '0.0.0.0/0' && inside.every((network) => except.includes(network)));

const isWide = (cidr: string): boolean => {
  const [address = '', prefix] = cidr.split('/');
  return Number(prefix) < (address.includes(':') ? minPrefix.v6 : minPrefix.v4);
};
