import { dashboards } from '@dormouse/observability/grafana/documents';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { ruleFiles } from '@dormouse/observability/groups';
import { seededMetrics } from '@dormouse/telemetry/query/metrics.fixture';
import { prometheusApi } from '@dormouse/telemetry/query/prometheus-api';
import { spanTest } from '@dormouse/telemetry/query/traceql';
import { expect, test } from 'vitest';

const endMs = Date.parse('2026-01-01T12:00:00Z');
const store = seededMetrics(endMs);
const ask = async (query: string) => {
  const { body } = await prometheusApi(
    'query',
    new URLSearchParams({ query, time: String(endMs / 1_000) }),
    store,
    endMs,
  );
  return JSON.parse(String(body)) as { status: string; error?: string; data?: { result: unknown[] } };
};
const inDashboards = dashboards.flatMap(queriesOf).filter(({ language }) => language === 'promql');
const questions = inDashboards.map(({ dashboard, panel, query }) => ({
  where: `${dashboard}: ${panel}`,
  query: filled(query, { step: 60, range: 3600, of: 'posts' }),
}));

test.each(questions)('the local platform understands the query of $where', async ({ query }) => {
  expect((await ask(query)).error).toBeUndefined();
});

test('and answers those of requests', async () => {
  const answered = await Promise.all(
    questions.filter(({ query }) => query.includes('http_server_request')).map(({ query }) => ask(query)),
  );
  expect(answered.filter(({ data }) => (data?.result.length ?? 0) > 0).length).toBeGreaterThan(5);
});

const rules = Object.values(ruleFiles).flatMap((groups) => groups.flatMap((group) => group.rules));

test('it understands every rule too', async () => {
  const rejected = await Promise.all(rules.map(async ({ expr }) => (await ask(expr)).error));
  expect(rejected.filter(Boolean)).toEqual([]);
});

test.each(dashboards.flatMap(queriesOf).filter(({ language }) => language === 'traceql'))(
  'and $query of $dashboard',
  ({ query }) => {
    expect(spanTest(filled(query, { step: 60, range: 3600, of: 'posts' }))).toBeTypeOf('function');
  },
);
