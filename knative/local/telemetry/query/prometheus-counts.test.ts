import { count } from '@dormouse/observability/grafana/promql';
import { filled } from '@dormouse/observability/grafana/queries';
import { needs } from '@dormouse/tests/needs';
import { sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everything, firstMs, lived, lives, within } from './lives.fixture.ts';
import { type PrometheusOfStore, prometheusOf } from './prometheus.fixture.ts';

const store = everything();
const blogs = sample(lives, { numRuns: 100, seed: 2026 }).map((all, n) =>
  lived(all, (name, life) => `${name}-${life}`, store, { blog: String(n) }),
);
const endMs = Math.max(...blogs.flatMap(({ counts }) => counts.map(({ atMs }) => atMs)));

describe('Prometheus counts what processes counted, whichever of them lived', needs('prometheus', 'promtool'), () => {
  let prometheus: PrometheusOfStore;
  beforeAll(async () => {
    prometheus = await prometheusOf(store, endMs);
  });
  afterAll(() => prometheus?.stop());

  const asking = [
    [400, 900],
    [3_600, 3_600],
    [1_800, 5_000],
    [10_000, 12_000],
  ] as const;
  test.each(asking)('over %i seconds that end after %i, of a hundred blogs', async (range, end) => {
    const ask = async (query: string) => {
      const found = await prometheus.query(filled(query, { step: 60, range, of: '' }), firstMs / 1_000 + end);
      const values = new Map(found.map(({ metric, value }) => [metric.blog, Number(value[1])]));
      return blogs.map((_, n) => values.get(String(n)) ?? 0);
    };
    const counted = blogs.map(({ counts }) => within(counts, firstMs + (end - range) * 1_000, firstMs + end * 1_000));
    expect(await ask(count('posts_total', ['blog']))).toEqual(counted);
    // What is asked otherwise: else nothing is shown.
    const estimated = await ask('sum by (blog) (increase(posts_total[$__range]))');
    expect(estimated.filter((each, n) => each !== counted[n]).length).toBeGreaterThan(50);
  });
});
