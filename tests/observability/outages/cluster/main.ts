/**
 * Plants outages on the platform of a cluster whose node is this machine, beside a Prometheus and an Alertmanager of this machine, and
 * prints what `../main.ts` does: `node tests/observability/outages/cluster/main.ts --yes CONTEXT [--namespace NAME] [NAME …]`.
 * KUBECONFIG and INGRESS say which cluster; it takes the platform for its own, with the component `observability`.
 */
import { parseArgs } from 'node:util';
import { ClusterProblem, checkCluster } from '../../../chaos/cluster/check-cluster.ts';
import { runOutages } from '../run-outages.ts';
import { clusterOutages } from './cluster-outages.ts';
import { openClusterGround } from './open-cluster-ground.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { yes: { type: 'string' }, namespace: { type: 'string', default: 'dormouse' } },
});
const { namespace, yes: allowed } = values;
const ingress = process.env.INGRESS;
try {
  await checkCluster({ namespace, allowed, ingress });
  await runOutages(positionals, clusterOutages, openClusterGround(namespace, ingress!.replace(/\/+$/, '')));
} catch (error) {
  if (!(error instanceof ClusterProblem)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
