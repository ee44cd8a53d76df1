import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanaryPlan, runCanary } from '@dormouse/deploy/canary';
import { createCanaryJudge } from '@dormouse/deploy/canary-judge';
import { deploy, rollback } from '@dormouse/deploy/deploy';
import { byKn, type Cluster } from '@dormouse/deploy/kn';
import { prometheusAt } from '@dormouse/deploy/prometheus';
import { canaryQuestions } from '@dormouse/observability/canary';
import { freePort } from '@dormouse/serving/process/free-port';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOn, type Targets } from '../describe-on.ts';
import { kubectl } from '../kubectl.ts';
import { type Child, startChild } from '../observability/child.ts';
import { statusesOf } from '../requests.ts';
import { type RolledService, rolledService } from '../rolled-service.ts';

const { NAMESPACE = 'dormouse' } = process.env;
vi.setConfig({ testTimeout: 300_000 });
const page = '/blog/api/posts';

/** The local platform has one revision of a Service at a time. */
const onClusters: Targets<never> = {
  targetNames: ['cluster'],
  needs: [],
  missing: ['kn', 'prometheus'].filter((program) => !hasProgram(program)),
};
const plan: CanaryPlan = {
  tag: 'canary',
  steps: [1, 10, 50],
  stepMs: 10_000,
  minRequests: 20,
  patienceMs: 120_000,
  lookMs: 1_000,
};

/** A Prometheus on this machine that asks every Pod of a function each second: its nodes' Pods must be reachable from here. */
async function watching(service: string): Promise<Child & { url: string }> {
  const home = mkdtempSync(join(tmpdir(), 'canary-'));
  const port = await freePort();
  const targets = join(home, 'targets.json');
  const write = async () => {
    const found = await kubectl([
      'get',
      'pods',
      '-n',
      NAMESPACE,
      '-l',
      `serving.knative.dev/service=${service}`,
      '-o',
      'json',
    ]);
    const { items } = JSON.parse(found) as { items: { metadata: { name: string }; status: { podIP?: string } }[] };
    const groups = items.flatMap(({ metadata: { name }, status: { podIP } }) =>
      podIP ? [{ targets: [`${podIP}:9464`], labels: { instance: `${name}-0` } }] : [],
    );
    writeFileSync(`${targets}.new`, JSON.stringify(groups));
    renameSync(`${targets}.new`, targets);
  };
  await write();
  mkdirSync(join(home, 'data'));
  const configuration = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'functions', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] }],
  };
  writeFileSync(join(home, 'prometheus.yaml'), JSON.stringify(configuration));
  const args = [
    `--config.file=${home}/prometheus.yaml`,
    `--storage.tsdb.path=${home}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild('prometheus', args, `${url}/-/ready`);
  const timer = setInterval(() => void write().catch(() => {}), 1_000);
  return {
    ...child,
    url,
    async stop() {
      clearInterval(timer);
      await child.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

describeOn(onClusters, 'a canary that is judged by the objectives, under load', (target) => {
  const measured = { OTEL_METRICS_EXPORTER: 'prometheus' };
  let service: RolledService;
  let cluster: Cluster;
  let prometheus: Child & { url: string };

  beforeAll(async () => {
    service = await rolledService('posts', NAMESPACE);
    cluster = byKn('posts', NAMESPACE);
    await deploy(cluster, service.manifest(measured));
    prometheus = await watching('posts');
  }, 180_000);
  afterAll(async () => {
    await prometheus?.stop();
    if (!cluster) return;
    await deploy(cluster, service.manifest()).catch(() => rollback(cluster, service.manifest()));
    service.remove();
  }, 180_000);

  const shares = async () =>
    Object.fromEntries(
      ((await cluster.service())?.status?.traffic ?? [])
        .filter(({ percent = 0 }) => percent > 0)
        .map(({ revisionName = '', percent }) => [revisionName, percent]),
    );
  /** Runs a canary while readers ask; says for how long it had requests, and what they got. */
  async function under(variables: Record<string, string>) {
    const times: { begin?: number; end?: number } = {};
    const judgeOf = (revision: string) => {
      const judge = createCanaryJudge(canaryQuestions('posts', revision), prometheusAt(prometheus.url));
      return { ...judge, begin: () => judge.begin().then(() => void (times.begin = Date.now())) };
    };
    const running = runCanary(cluster, service.manifest({ ...measured, ...variables }), plan, { judgeOf }).finally(
      () => (times.end = Date.now()),
    );
    const outcome = running.then(
      () => 'promoted',
      (error: Error) => error.message,
    );
    const counted = await statusesOf(target().url + page, { count: 2_000, together: 10, pauseMs: 20, during: outcome });
    const all = Object.values(counted).reduce((sum, each) => sum + each, 0);
    return {
      outcome: await outcome,
      seconds: (times.end! - times.begin!) / 1000,
      all,
      failed: all - (counted['200'] ?? 0),
    };
  }

  it('takes back a revision whose reads fail: within a minute, and one request in a hundred noticed it at most', async () => {
    const before = await shares();
    // Its database answers, so that it is ready; its role may read no posts.
    const { data } = JSON.parse(
      await kubectl(['get', 'secret', 'categories-database', '-n', NAMESPACE, '-o', 'json']),
    ) as {
      data: { DATABASE_URL: string };
    };
    const bad = {
      DATABASE_URL: Buffer.from(data.DATABASE_URL, 'base64').toString(),
      // Redis has the page that is asked for, and would answer for it.
      REDIS_URL: 'redis://127.0.0.1:9',
    };
    const { outcome, seconds, all, failed } = await under(bad);
    console.log(`taken back after ${seconds} s; ${failed} of ${all} requests failed`);
    expect(outcome).toMatch(/was taken back: 99.9 % of reads are answered/);
    expect(await shares()).toEqual(before);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(failed).toBeLessThanOrEqual(all / 100);
  });

  it('promotes a revision that keeps them, and no request fails', async () => {
    const { outcome, seconds, all, failed } = await under({ CANARY: 'good' });
    console.log(`promoted after ${seconds} s; ${failed} of ${all} requests failed`);
    expect([outcome, failed]).toEqual(['promoted', 0]);
    expect(Object.values(await shares())).toEqual([100]);
  });
});
