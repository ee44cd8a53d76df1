import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '@dormouse/checks/check';
import { kustomize } from '@dormouse/checks/kubectl';
import { shown } from '@dormouse/checks/manifest';
import { needs } from '@dormouse/tests/needs';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

interface Workload {
  kind: string;
  spec: { template: { spec: IPodSpec } };
}

const here = import.meta.dirname;
const read = (file: string) => readFileSync(join(here, file), 'utf8');
const services = parse(read('compose.yaml'), { merge: true }).services as Record<string, { image: string }>;
const workloads = globSync('cluster/**/*.yaml', { cwd: here })
  .flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJS() as Workload))
  .filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
const images = workloads.flatMap(({ spec }) => spec.template.spec.containers.map(({ image = '' }) => image));

test('the same versions run on a cluster and on one machine', () => {
  const onMachine = Object.values(services).map(({ image }) => image);
  expect(onMachine.filter((image) => !images.includes(image))).toEqual([]);
  expect(images.filter((image) => !onMachine.includes(image) && !image.includes('kube-state-metrics'))).toEqual([]);
});

test('there is one collector, which is away before the next one begins', () => {
  const collector = parseAllDocuments(read('cluster/collector.yaml'))[0]!.toJS() as { spec: object };
  expect(collector.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
});

test('Prometheus reads every file of rules', () => {
  const [prometheus] = parseAllDocuments(read('cluster/prometheus.yaml')).map(
    (document) => document.toJS() as Workload,
  );
  const sources = prometheus!.spec.template.spec.volumes!.flatMap(({ projected }) => projected?.sources ?? []);
  const items = sources.find(({ configMap }) => configMap?.name === 'prometheus-rules')!.configMap!.items!;
  expect(items.map(({ path }) => path)).toEqual(globSync('rules/*.yaml', { cwd: join(here, 'prometheus') }).sort());
});

test("a panel's shortest rate spans four scrapes, as Grafana is told, and whatever the gateway counted is recorded with each", () => {
  interface Settings {
    global: { scrape_interval: string; evaluation_interval: string };
    datasources: { type: string; jsonData: { timeInterval?: string } }[];
  }
  const { global } = parse(read('prometheus/cluster.yaml')) as Settings;
  const { datasources } = parse(read('grafana/provisioning/datasources/dormouse.yaml')) as Settings;
  const { timeInterval } = datasources.find(({ type }) => type === 'prometheus')!.jsonData;
  expect(global).toEqual({ scrape_interval: timeInterval, evaluation_interval: timeInterval });
  expect(parse(read('prometheus/rules/edge.yaml'))).toMatchObject({ groups: [{ interval: timeInterval }] });
});

test("Knative obeys the gateway's decision: a rate of 0 would end every trace, 1 would keep each", () => {
  for (const part of ['serving', 'eventing']) {
    const { data } = parse(read(`cluster/knative/${part}.yaml`)) as { data: Record<string, string> };
    const rate = Number(data['tracing-sampling-rate']);
    expect(rate > 0 && rate < 1, part).toBe(true);
    expect(data['tracing-endpoint'], part).toMatch(/^http:\/\/.*\/v1\/traces$/);
  }
});

test('the gateway writes to providers that the values for istiod declare', () => {
  const { meshConfig } = parse(read('cluster/istio/mesh-config.yaml')) as {
    meshConfig: { extensionProviders: { name: string }[] };
  };
  const { spec } = parse(read('cluster/istio/telemetry.yaml')) as {
    spec: Record<string, { providers: { name: string }[] }[]>;
  };
  const providersUsed = [...spec.tracing!, ...spec.accessLogging!].flatMap(({ providers }) =>
    providers.map(({ name }) => name),
  );
  expect(providersUsed.sort()).toEqual(meshConfig.extensionProviders.map(({ name }) => name).sort());
});

test('of what Knative says of itself only what is its own is kept: it counts HTTP requests under the name that functions use', () => {
  const { scrape_configs } = parse(read('prometheus/cluster.yaml')) as {
    scrape_configs: {
      job_name: string;
      metric_relabel_configs?: { regex: string; action?: string; replacement?: string }[];
    }[];
  };
  const rules = scrape_configs.find(({ job_name }) => job_name === 'knative')!.metric_relabel_configs!;
  const matches = (regex: string, name: string) => new RegExp(`^(?:${regex})$`).test(name);
  const kept = rules.find(({ action }) => action === 'keep')!.regex;
  expect(
    ['http_server_request_duration_seconds_count', 'kn_revision_pods_desired'].map((name) => matches(kept, name)),
  ).toEqual([false, true]);
  const { regex, replacement } = rules.find((rule) => rule.replacement)!;
  const renamed = (name: string) => name.replace(new RegExp(`^(?:${regex})$`), replacement!);
  expect(
    [
      'kn_revision_pods_desired__item_',
      'kn_revision_pods_count__pod_',
      'kn_workqueue_adds__item__total',
      'kn_revision_panic_mode',
    ].map(renamed),
  ).toEqual([
    'kn_revision_pods_desired',
    'kn_revision_pods_count',
    'kn_workqueue_adds_total',
    'kn_revision_panic_mode',
  ]);
});

describe('rendered by kubectl', needs('kubectl'), () => {
  const wrong = async (folder: string) => (await check(await kustomize(join(here, folder)))).map(shown);

  test.each(['cluster', 'cluster/knative', 'cluster/istio'])('nothing is wrong with %s', async (folder) => {
    expect(await wrong(folder)).toEqual([]);
  });

  test("the agent on nodes reads root's files, and is otherwise as restricted as the rest", async () => {
    const pod = 'DaemonSet.apps observability-nodes/node-logs: spec.template.spec';
    expect(await wrong('cluster/node-logs')).toEqual([
      `${pod}.volumes[1].hostPath: this kind of volume is not allowed`,
      `${pod}.volumes[2].hostPath: this kind of volume is not allowed`,
      `${pod}.containers[0].securityContext.runAsNonRoot: must be true`,
      `${pod}.containers[0].securityContext.runAsUser: must not be 0`,
    ]);
  });
});
