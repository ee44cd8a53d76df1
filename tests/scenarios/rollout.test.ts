import { deploy, deployCanary, promote, rollback } from '@dormouse/deploy/deploy';
import { byKn, type Cluster } from '@dormouse/deploy/kn';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOn, type Targets, targetsWith } from '../describe-on.ts';
import { statusesOf } from '../requests.ts';
import { type RolledService, rolledService } from '../rolled-service.ts';

const { NAMESPACE = 'dormouse' } = process.env;
vi.setConfig({ testTimeout: 180_000 });
const requests = 1000;
const page = '/blog/api/posts';
const allWell = (counted: Record<string, number>) => {
  expect(Object.keys(counted)).toEqual(['200']);
  expect(counted['200']).toBeGreaterThanOrEqual(requests);
};

describeOn(targetsWith('services', 'roll'), 'a function under load', (target) => {
  it('rolls to a new revision, and no request fails', async () => {
    allWell(
      await statusesOf(target().url + page, {
        count: requests,
        together: 10,
        pauseMs: 10,
        during: target().roll('posts'),
      }),
    );
  });
});

/** Chance says how many of n requests a tenth is; five standard deviations off happens once in two million runs. */
const within = (share: number, of: number) => {
  const deviation = Math.sqrt(of * share * (1 - share));
  return [of * share - 5 * deviation, of * share + 5 * deviation] as const;
};

/** The local platform has one revision of a Service at a time. */
const onClusters: Targets<never> = { targetNames: ['cluster'], needs: [], missing: hasProgram('kn') ? [] : ['kn'] };

describeOn(onClusters, 'a canary of a function under load', (target) => {
  const measured = { OTEL_METRICS_EXPORTER: 'prometheus' };
  let service: RolledService;
  let cluster: Cluster;

  beforeAll(async () => {
    service = await rolledService('posts', NAMESPACE);
    cluster = byKn('posts', NAMESPACE);
    await deploy(cluster, service.manifest(measured));
  }, 120_000);
  afterAll(async () => {
    if (!cluster) return;
    await deploy(cluster, service.manifest()).catch(() => rollback(cluster, service.manifest()));
    service.remove();
  }, 120_000);

  const load = (during?: Promise<unknown>) =>
    statusesOf(target().url + page, { count: requests, together: 10, pauseMs: 10, ...(during ? { during } : {}) });
  const shares = async () =>
    (await cluster.service())?.status?.traffic?.map(
      ({ revisionName = '', percent }) => [revisionName, percent] as const,
    ) ?? [];
  /** How many requests each revision answered while something was done. */
  async function responsesDuring(work: () => Promise<unknown>): Promise<Map<string, number>> {
    const before = await service.responseCounts();
    await work();
    const after = await service.responseCounts();
    return new Map([...after].map(([revision, count]) => [revision, count - (before.get(revision) ?? 0)]));
  }

  it('begins, and no request fails', async () => {
    allWell(
      await load(
        deployCanary(cluster, service.manifest({ ...measured, CANARY: 'one' }), { tag: 'canary', percent: 10 }),
      ),
    );
    expect((await shares()).map(([, percent]) => percent).sort()).toEqual([10, 90]);
  });

  it('answers a tenth of the requests, and no request fails', async () => {
    const canary = (await shares()).find(([, percent]) => percent === 10)![0];
    const counts = await responsesDuring(async () => allWell(await load()));
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThanOrEqual(requests);
    const [min, max] = within(0.1, all);
    expect(counts.get(canary)).toBeGreaterThan(min);
    expect(counts.get(canary)).toBeLessThan(max);
  });

  it('is left as it is when the manifest is applied again', async () => {
    const before = await shares();
    await cluster.run(['kubectl', 'apply', '-f', service.manifest({ ...measured, CANARY: 'one' }).file]);
    expect(await shares()).toEqual(before);
  });

  it('is promoted, and no request fails', async () => {
    const canary = (await shares()).find(([, percent]) => percent === 10)![0];
    allWell(await load(promote(cluster, service.manifest())));
    expect(await shares()).toEqual([[canary, 100]]);
  });

  it('is taken back, and no request fails', async () => {
    const [[canary]] = (await shares()) as [readonly [string, number]];
    allWell(await load(rollback(cluster, service.manifest())));
    const [[stable, percent]] = (await shares()) as [readonly [string, number]];
    expect([percent, stable === canary]).toEqual([100, false]);
    const counts = await responsesDuring(async () => allWell(await load()));
    expect(counts.get(canary) ?? 0).toBe(0);
  });
});
