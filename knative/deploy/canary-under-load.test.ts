import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canaryQuestions } from '@dormouse/observability/canary';
import { metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import { type Measured, MetricStore } from '@dormouse/telemetry/metric-store';
import { prometheusApi } from '@dormouse/telemetry/query/prometheus-api';
import { statusesOf } from '@dormouse/tests/requests';
import { afterEach, describe, expect, test } from 'vitest';
import { type CanaryPlan, runCanary } from './canary.ts';
import { createCanaryJudge } from './canary-judge.ts';
import { pretended } from './cluster.fixture.ts';
import { deploy, type Roll } from './deploy.ts';
import { prometheusAt } from './prometheus.ts';

const roll: Roll = { name: 'posts', namespace: 'blog', file: 'posts.yaml', needs: undefined };
const plan: CanaryPlan = {
  tag: 'canary',
  steps: [1, 20],
  stepMs: 600,
  minRequests: 5,
  patienceMs: 60_000,
  lookMs: 100,
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Counts answers of one histogram, as whoever pushes it does: cumulative, by status. */
function histogram(
  store: MetricStore,
  family: Measured['family'] & { bounds?: readonly number[] },
  labels: (status: number) => Record<string, string>,
) {
  const bounds = family.bounds ?? [];
  const counts = new Map<number, number[]>();
  return {
    add(status: number, seconds: number) {
      const buckets = counts.get(status) ?? Array.from({ length: bounds.length + 1 }, () => 0);
      const index = bounds.findIndex((bound) => seconds <= bound);
      buckets[index < 0 ? bounds.length : index]!++;
      counts.set(status, buckets);
    },
    push(timeMs = Date.now()) {
      for (const [status, buckets] of counts)
        store.add({ family, labels: labels(status), timeMs, value: 0, buckets: [...buckets], bounds });
    },
  };
}

type Revision = (n: number) => { status: number; seconds: number };

/**
 * An ingress that splits requests as the cluster's Service says, one in a hundred for each per cent; revisions that answer as they are
 * told; a Prometheus that is pushed what revision and edge count, by the real store and the real PromQL.
 */
async function site(revisions: Record<string, Revision>) {
  const pretence = pretended();
  await deploy(pretence.cluster, roll);
  const store = new MetricStore({ bytes: 64 * 1024 * 1024, thinMs: 0 });
  const edge = histogram(store, platformMetrics.edgeDuration, (status) => ({
    ...{
      dormouse_entry: 'ingress',
      dormouse_ingress_route: 'posts',
      kn_service_name: 'posts',
      http_request_method: 'GET',
    },
    ...{ http_response_status_class: `${Math.floor(status / 100)}xx`, dormouse_answered_by: 'function' },
  }));
  const own = new Map(
    Object.keys(revisions).map((revision) => [
      revision,
      histogram(store, metrics.requestDuration, (status) => ({
        ...{
          service_name: 'posts',
          instance: `${revision}-deployment-5d9c-x2x4q-0a1b2c3d`,
          http_route: '/blog/api/posts',
        },
        ...{ http_request_method: 'GET', http_response_status_code: String(status) },
      })),
    ]),
  );
  let [asked, answeredBy]: [number, Record<string, number>] = [0, {}];
  const ingress = await listen(
    createServer(async (_, response) => {
      const traffic = (await pretence.cluster.service())!.status!.traffic!.filter(({ percent = 0 }) => percent > 0);
      let place = asked++ % 100;
      const chosen = traffic.find(({ percent = 0 }) => (place -= percent) < 0) ?? traffic[0]!;
      const name = chosen.revisionName!;
      const { status, seconds } = revisions[name]!((answeredBy[name] = (answeredBy[name] ?? 0) + 1));
      if (status !== 502) own.get(name)!.add(status, seconds);
      edge.add(status, seconds);
      response.writeHead(status).end();
    }),
  );
  const prometheus = await listen(
    createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      for (const each of [edge, ...own.values()]) each.push();
      const path = new URL(request.url!, 'http://localhost').pathname.slice('/api/v1/'.length);
      const answer = await prometheusApi(path, new URLSearchParams(Buffer.concat(parts).toString()), store);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }),
  );
  const judgeOf = (revision: string) =>
    createCanaryJudge(canaryQuestions('posts', revision), prometheusAt(prometheus, 60_000));
  const canary = () => runCanary(pretence.cluster, roll, plan, { judgeOf, say: () => {} });
  return { ...pretence, ingress, canary, answeredBy };
}

const good: Revision = () => ({ status: 200, seconds: 0.01 });
const load = (url: string, canary: Promise<unknown>) =>
  statusesOf(url, { count: 4000, together: 8, pauseMs: 2, during: canary.catch(() => {}) });

describe('under load', () => {
  test.each([
    ['fails', () => ({ status: 500, seconds: 0.01 }), /reads are answered, with no status 5xx: \d+ of \d+ do not$/],
    ['fails every second time', (n: number) => ({ status: n % 2 ? 500 : 200, seconds: 0.01 }), /with no status 5xx/],
    ['does not answer, which only the edge sees', () => ({ status: 502, seconds: 0.01 }), /counted at the edge/],
    ['is slow', () => ({ status: 200, seconds: 0.4 }), /reads take at most 0.25 s/],
  ] as [string, Revision, RegExp][])(
    'a revision that %s is taken back, and one request in a hundred noticed it at most',
    async (_, bad, reason) => {
      const { ingress, canary, shares, answeredBy } = await site({ 'posts-00001': good, 'posts-00002': bad });
      const running = canary();
      const outcome = running.then(
        () => 'promoted',
        (error: Error) => error.message,
      );
      const counted = await load(ingress, running);
      expect(await outcome).toMatch(reason);
      expect(await shares()).toEqual({ 'posts-00001': 100 });
      const all = Object.values(counted).reduce((sum, each) => sum + each, 0);
      expect(answeredBy['posts-00002']).toBeGreaterThanOrEqual(5);
      expect(all - (counted['200'] ?? 0)).toBeLessThanOrEqual(all / 100);
    },
  );

  test('a revision that keeps the objectives is promoted, and no request fails', async () => {
    const { ingress, canary, shares, answeredBy } = await site({ 'posts-00001': good, 'posts-00002': good });
    const running = canary();
    const counted = await load(ingress, running);
    await running;
    expect(Object.keys(counted)).toEqual(['200']);
    expect(await shares()).toEqual({ 'posts-00002': 100 });
    expect(answeredBy['posts-00002']).toBeGreaterThan(10);
  });
});
