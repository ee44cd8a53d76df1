import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Roll } from '@dormouse/deploy/deploy';
import { kubectl } from './kubectl.ts';

interface Live {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  spec: {
    template: {
      metadata: { annotations?: Record<string, string> };
      spec: { serviceAccountName: string; containers: [{ env?: { name: string; value?: string }[] }] };
    };
  };
}

/** A Service of a cluster, to be rolled with other settings and given back as it was. */
export interface RolledService {
  /** The manifest, with these variables in addition. */
  manifest(variables?: Record<string, string>): Roll;
  /** How many requests each revision's instances have answered. They must serve their own metrics (OTEL_METRICS_EXPORTER=prometheus). */
  responseCounts(): Promise<Map<string, number>>;
  remove(): void;
}

/** Reads what a Service is now. */
export async function rolledService(name: string, namespace: string): Promise<RolledService> {
  const folder = mkdtempSync(join(tmpdir(), 'rolled-'));
  let files = 0;
  const inNamespace = (...args: string[]) => kubectl(['--namespace', namespace, ...args]);
  const { apiVersion, kind, metadata, spec } = JSON.parse(
    await inNamespace('get', 'services.serving.knative.dev', name, '-o', 'json'),
  ) as Live;
  // Without anything that it needs, nothing is noted either, and so nothing goes back (`Roll`).
  const needs = join(folder, 'needs.json');
  const account = { name: spec.template.spec.serviceAccountName, namespace };
  writeFileSync(needs, JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }));
  return {
    manifest(variables = {}) {
      const { template } = structuredClone(spec);
      const [container] = template.spec.containers;
      container.env = [
        ...(container.env ?? []),
        ...Object.entries(variables).map(([name, value]) => ({ name, value })),
      ];
      const file = join(folder, `${++files}.json`);
      writeFileSync(
        file,
        JSON.stringify({
          apiVersion,
          kind,
          metadata: { name, namespace, labels: metadata.labels },
          spec: { template },
        }),
      );
      return { name, namespace, file, needs };
    },
    async responseCounts() {
      const pods = await podsOf(
        await inNamespace('get', 'pods', '-l', `serving.knative.dev/service=${name}`, '-o', 'json'),
      );
      const counted = new Map<string, number>();
      for (const { pod, revision } of pods) {
        const metrics = await kubectl([
          'get',
          '--raw',
          `/api/v1/namespaces/${namespace}/pods/${pod}:9464/proxy/metrics`,
        ]).catch(() => '');
        counted.set(revision, (counted.get(revision) ?? 0) + requestsIn(metrics));
      }
      return counted;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

interface Pods {
  items: { metadata: { name: string; labels: Record<string, string>; deletionTimestamp?: string } }[];
}

const podsOf = (json: string) =>
  (JSON.parse(json) as Pods).items.map(({ metadata }) => ({
    pod: metadata.name,
    revision: metadata.labels['serving.knative.dev/revision'] ?? '',
  }));

/** Sum of a histogram's counts, in the text format of Prometheus. */
const requestsIn = (metrics: string) =>
  [...metrics.matchAll(/^http_server_request_duration_seconds_count\{.*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
