import { BlockList } from 'node:net';
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec';
import { all, type Finding, finding, type Manifests } from './manifest.ts';
import { blocksIn } from './network-policies.ts';

/** Addresses that documents use and no network has (RFC 5737, RFC 3849). */
const examples = new BlockList();
for (const network of ['192.0.2.0', '198.51.100.0', '203.0.113.0']) examples.addSubnet(network, 24, 'ipv4');
examples.addSubnet('2001:db8::', 32, 'ipv6');

/** Finds network policies with addresses of an example, which nobody has replaced: what they let through reaches nothing. */
export const checkExampleAddresses = (manifests: Manifests): Finding[] =>
  all<INetworkPolicySpec>(manifests, 'NetworkPolicy.networking.k8s.io').flatMap((policy) =>
    blocksIn(policy.spec).flatMap(({ path, cidr }) =>
      isExample(cidr)
        ? [
            finding(
              policy,
              `${path}.ipBlock.cidr`,
              `${cidr} is an example: put your own address into the overlay's stores`,
            ),
          ]
        : [],
    ),
  );

const isExample = (cidr: string): boolean => {
  const [address = ''] = cidr.split('/');
  return examples.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
};
