import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingOf, programPath } from '@dormouse/monitoring/programs';
import { ClusterProblem } from '../../../chaos/cluster/check-cluster.ts';
import { openDatabase } from '../../../chaos/cluster/open-database.ts';
import { kubectl } from '../../../kubectl.ts';
import { secretOf } from '../../../targets/secret-of.ts';
import { startAlertmanager } from '../../alertmanager.ts';
import { type Exporter, startExportersOf } from '../../exporters.ts';
import type { OpenGround } from '../watch.ts';
import type { ClusterSite } from './cluster-outages.ts';
import { countAtGateway } from './gateway-metrics.ts';
import { startClusterPrometheus } from './prometheus-of-cluster.ts';
import { takeTelemetry } from './telemetry-of-functions.ts';

/** The platform of a namespace, watched from this machine as `observability/cluster` would watch it. */
export function openClusterGround(namespace: string, url: string): OpenGround<ClusterSite> {
  return async (_, atTheEnd) => {
    const missing = missingOf('prometheus', 'alertmanager', 'postgresExporter', 'redisExporter');
    if (missing.length > 0) throw new ClusterProblem(`not on the PATH: ${missing.join(', ')}`);
    const home = mkdtempSync(join(tmpdir(), 'dormouse-outage-'));
    atTheEnd(() => rmSync(home, { recursive: true, force: true }));
    const undo: (() => Promise<void>)[] = [];
    atTheEnd(async () => {
      for (const each of undo) await each();
    });
    await checkTelemetry(namespace);
    const sql = await openDatabase(namespace, undo);
    atTheEnd(await countAtGateway());
    const functions = await takeTelemetry(await nodeAddress(), atTheEnd);
    const keep = (exporter: Exporter) => {
      atTheEnd(exporter.stop);
      return exporter;
    };
    const exporters = await startExportersOf(await storesOf(namespace), home, keep);
    const alertmanager = await startAlertmanager(programPath('alertmanager')!, home);
    atTheEnd(alertmanager.stop);
    const beside = Object.fromEntries(exporters.map(({ job, target }) => [job, target]));
    const options = { home, alertmanager: alertmanager.url, beside, functions };
    const prometheus = await startClusterPrometheus(programPath('prometheus')!, options, atTheEnd);
    return {
      site: { namespace, sql },
      url,
      observers: [{ name: 'Alertmanager', url: prometheus, receiver: alertmanager }],
    };
  };
}

/** Functions that tell nothing would look like an outage of every one of them. */
async function checkTelemetry(namespace: string): Promise<void> {
  const path = '{.items[*].data.OTEL_EXPORTER_OTLP_ENDPOINT}';
  if (!(await kubectl(['-n', namespace, 'get', 'configmaps', '-o', `jsonpath=${path}`])))
    throw new ClusterProblem(
      `functions in ${namespace} send no telemetry: add the component observability to the overlay`,
    );
}

/** Where the only node, which is this machine, reaches its pods, and they reach it. */
async function nodeAddress(): Promise<string> {
  const path = '{.items[*].status.addresses[?(@.type=="InternalIP")].address}';
  const addresses = (await kubectl(['get', 'nodes', '-o', `jsonpath=${path}`])).split(' ');
  if (addresses.length !== 1 || !addresses[0])
    throw new ClusterProblem('outages are planted on a cluster of one node, which is this machine');
  return addresses[0];
}

/** Servers by the addresses of their Services, for this machine knows none of their names. */
async function storesOf(namespace: string) {
  const at = async (service: string, url: string | undefined) => {
    const address = new URL(url ?? '');
    const path = 'jsonpath={.spec.clusterIP}';
    address.hostname = await kubectl(['-n', namespace, 'get', 'service', service, '-o', path]);
    return address.href;
  };
  const { DATABASE_URL } = await secretOf(namespace, 'migrate-database');
  const { REDIS_URL } = await secretOf(namespace, 'redis-exporter');
  return { postgres: await at('postgres', DATABASE_URL), redis: await at('redis', REDIS_URL) };
}
