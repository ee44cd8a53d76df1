import { container, made, type Planted, postgres, posts, web } from './planted.fixture.ts';

const block = (cidr: string) =>
  made('networking.k8s.io/v1', 'NetworkPolicy', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr } }] }],
  });
const disk = "is missing: logs and temporary files may fill its node's disk";

/** Pods that may fill a disk, and policies that open a network. */
export const unlimited: readonly Planted[] = [
  {
    object: web,
    field: 'spec.template.spec.volumes[0].emptyDir.sizeLimit',
    value: undefined,
    says: "is missing: the volume may fill its node's disk",
  },
  {
    object: postgres,
    field: 'spec.template.spec.volumes[2].emptyDir.sizeLimit',
    value: undefined,
    says: "is missing: the volume may fill its node's disk",
  },
  {
    object: posts,
    field: `${container}.resources.limits["ephemeral-storage"]`,
    value: undefined,
    says: disk,
  },
  {
    object: 'Job.batch dormouse/migrate',
    field: `${container}.resources`,
    value: undefined,
    says: [
      `${container}.resources.requests["ephemeral-storage"]: ${disk}`,
      `${container}.resources.limits["ephemeral-storage"]: ${disk}`,
    ],
  },
  ...['10.0.0.0/8', '192.168.0.0/16', '0.0.0.0/0', 'fd00::/8'].map((cidr) => ({
    object: block(cidr),
    at: 'spec.egress[0].to[0].ipBlock.cidr',
    says: `${cidr} is a whole network: select pods, or name single addresses`,
  })),
];
