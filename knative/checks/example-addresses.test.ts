import { expect, test } from 'vitest';
import { checkExampleAddresses } from './example-addresses.ts';
import { shown } from './manifest.ts';

const policy = (cidr: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'database', namespace: 'blog' },
  spec: { podSelector: {}, egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr } }] }] },
});

test.each(['192.0.2.10/32', '198.51.100.1/32', '203.0.113.0/24', '2001:db8::1/128'])('%s is an example', (cidr) => {
  expect(checkExampleAddresses([policy(cidr)]).map(shown)).toEqual([
    `NetworkPolicy.networking.k8s.io blog/database: spec.egress[0].to[1].ipBlock.cidr: ${cidr} is an example: put your own address into the overlay's stores`,
  ]);
});

test.each(['10.3.4.5/32', '192.0.3.10/32', '2001:4860::8888/128'])('%s may be anybody’s', (cidr) => {
  expect(checkExampleAddresses([policy(cidr)])).toEqual([]);
});
