import { count } from '@dormouse/observability/grafana/promql';
import { filled } from '@dormouse/observability/grafana/queries';
import { assert as check, integer, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricStore } from '../metric-store.ts';
import { everything, family, firstMs, type Life, type Lives, lengthOf, lived, lives, within } from './lives.fixture.ts';
import { evaluator } from './promql/evaluate.ts';
import { parseQuery } from './promql/parse.ts';
import { vectorOf } from './promql/value.ts';
import { selectFrom } from './select-series.ts';

function asked(query: string, store: MetricStore, atMs: number, range: number): number {
  const expression = parseQuery(filled(query, { step: 60, range, of: '' }));
  const steps = evaluator(expression, selectFrom(store), { fromMs: atMs, toMs: atMs })(atMs);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return vectorOf(value, 'the query')[0]?.value ?? 0;
  }
}

describe('a count of things', () => {
  const range = record({ range: integer({ min: 1, max: 7_200 }), end: integer({ min: 1, max: 7_200 }) });

  test('is what was counted in the range, over any number of lives of processes', () =>
    check(
      property(lives, range, (all, { range, end }) => {
        const { store, counts } = lived(all, (name, life) => `${name}-${life}`);
        const endMs = firstMs + end * 1_000;
        expect(asked(count('posts_total', []), store, endMs, range)).toBe(within(counts, endMs - range * 1_000, endMs));
      }),
      { numRuns: 200 },
    ));

  test('and so it is of a process that comes again under a name that another had before the range', () =>
    check(
      property(lives, nat(), nat(), nat(), (all, name, life, push) => {
        const { store } = lived(all, String);
        const n = name % all.length;
        const named = all[n] as readonly Life[];
        const last = named[life % named.length] as Life;
        const before = named.slice(0, named.indexOf(last));
        const pauseMs = 1 + (push % last.pauseMs);
        const bornMs = firstMs + before.reduce((sum, each) => sum + each.pauseMs + lengthOf(each), 0) + last.pauseMs;
        const pushes = last.pushes.slice(0, push % (last.pushes.length + 1));
        const lengthMs = lengthOf({ pauseMs: 0, pushes });
        const query = count('posts_total', [], `instance="${n}"`).replaceAll('$__range', `${pauseMs + lengthMs}ms`);
        expect(asked(query, store, bornMs + lengthMs, 0)).toBe(pushes.reduce((sum, [, counted]) => sum + counted, 0));
      }),
    ));

  const second = 1_000;
  const twoLives: Lives = [
    [{ pauseMs: second, pushes: [[5 * second, 100]] }],
    [{ pauseMs: 9 * second, pushes: [[5 * second, 100]] }],
  ];

  test('of two processes that counted a hundred each, which slept since, is two hundred; increase() says three', () => {
    const { store } = lived(twoLives, String);
    const atMs = firstMs + 600_000;
    expect(asked(count('posts_total', []), store, atMs, 3_600)).toBe(200);
    expect(asked('sum(increase(posts_total[$__range]))', store, atMs, 3_600)).toBe(300);
  });

  test('is estimated where a counter begins again under the same labels within the range: at most half too many', () => {
    const { store } = lived([twoLives.flat()], () => 'same');
    const found = asked(count('posts_total', []), store, firstMs + 600_000, 3_600);
    expect(found).toBeGreaterThanOrEqual(200);
    expect(found).toBeLessThanOrEqual(300);
  });

  test('of a counter whose beginning nobody saw is what it grew since it was seen', () => {
    const store = everything();
    for (const [at, value] of [
      [0, 10_000],
      [10, 10_005],
    ] as const)
      store.add({ family, labels: {}, timeMs: firstMs + at * second, value });
    expect(asked(count('posts_total', []), store, firstMs + 60 * second, 3_600)).toBe(5);
  });
});
