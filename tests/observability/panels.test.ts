import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingOf } from '@dormouse/monitoring/programs';
import { dashboards } from '@dormouse/observability/grafana/documents';
import { filled, type PanelQuery, queriesOf } from '@dormouse/observability/grafana/queries';
import { questions } from '@dormouse/observability/runbooks';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { skippedFor } from '../needs.ts';
import { eventfulHour } from './eventful-hour.ts';
import { missingOfSmallStack, missingOfStack, type Stack, startAnyStack } from './stack.ts';
import { runWatched } from './watched.ts';

const exporters = 'postgres_exporter and redis_exporter';
const exportersAreInstalled = missingOf('postgresExporter', 'redisExporter').length === 0;

const all = dashboards.flatMap(queriesOf);
const promqlQueries = all.filter(({ language }) => language === 'promql');
const ofOthers = promqlQueries.filter(({ needs }) => needs && !(exportersAreInstalled && needs === exporters));
const askable = promqlQueries.filter((each) => !ofOthers.includes(each));
const named = ({ dashboard, panel }: PanelQuery) => `${dashboard}, ${panel}`;

/** The query of the data source Tempo for the logs of a trace. */
function logsOfTrace(traceId: string): string {
  const file = join(import.meta.dirname, '../../observability/grafana/provisioning/datasources/dormouse.yaml');
  const { datasources } = parse(readFileSync(file, 'utf8')) as {
    datasources: { uid: string; jsonData: { tracesToLogsV2?: { query: string } } }[];
  };
  const { query } = datasources.find(({ uid }) => uid === 'tempo')!.jsonData.tracesToLogsV2!;
  return query.replace(/\$\$\{__trace\.traceId\}/, traceId);
}

/** What only the whole stack has an answer to, by the name of its panel or runbook. */
const onlyWhole: readonly string[] = [
  'CollectorDown: up{job="otel-collector"}',
  'CollectorDown: last_over_time(otelcol_process_memory_rss_bytes[1h])',
  'LokiDown: up{job="loki"}',
  'LokiDown: max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
  'TelemetryDropped: up{job="otel-collector"}',
  'TempoDown: up{job="tempo"}',
  'TempoDown: max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
];

describe('after an eventful hour, Prometheus', skippedFor(missingOfSmallStack()), () => {
  let stack: Stack;
  let start: number;
  let end: number;

  beforeAll(async () => {
    start = Date.now() / 1000;
    stack = await startAnyStack({ every: 5 });
    const platform = await runWatched(stack, {
      base: 'tests/overlays/quick',
      env: { OTEL_METRIC_EXPORT_INTERVAL: '2000' },
    });
    await eventfulHour(platform).finally(() => platform.stop());
    end = Date.now() / 1000;
  }, 600_000);
  afterAll(() => stack?.stop());

  /** What is drawn, as Grafana asks: with points over the whole time, each over a minute. */
  const drawn = async ({ query }: PanelQuery) => {
    const range = Math.ceil(end - start);
    const lines = await stack.prometheus.queryRange(filled(query, { step: 60, range, of: 'posts' }), {
      start,
      end,
      step: 5,
    });
    return lines.flatMap(({ values }) => values.filter(Number.isFinite));
  };
  const missing = () => (stack.collector ? [] : onlyWhole);

  /**
   * Not zero once a picture has been unused for a month, events have been missing for minutes, or an instance cannot start, which this hour does not have, or while one waits
   * for a Trigger; tests of relay, journal, categories and of the platform's measures see them, and known-load.test.ts.
   */
  const later =
    /\bdormouse_(events_(resent|missing|redelivered)|counts_wrong|outbox_unarchived|pictures_collected|local_revision_not_ready == 1|local_broker_backlog)|kn_revision_pods_not_ready_count/;
  /** Without a Redis nothing waits for one. */
  const isLater = (query: string) =>
    later.test(query) || (!hasProgram('redis-server') && query.includes('dormouse_redis_'));

  test.each(dashboards)('has data for every panel of $title', async (described) => {
    const ofIt = askable.filter(({ dashboard }) => dashboard === `Dormouse / ${described.title}`);
    const empty: PanelQuery[] = [];
    for (const each of ofIt)
      if (!isLater(each.query) && !(await drawn(each)).some((value) => value !== 0)) empty.push(each);
    expect(empty.map(named), empty.map(({ query }) => query).join('\n')).toEqual(
      ofIt.map(named).filter((name) => missing().includes(name)),
    );
  });

  test('shows how long writers waited for the connections that others held', async () => {
    const panel = askable.find((each) => named(each) === 'Dormouse / Data, Wait for a connection, p95');
    // Without others a connection is there within milliseconds; how many of all waits are among these differs.
    expect(Math.max(...(await drawn(panel!)))).toBeGreaterThan(0.1);
  });

  const range = () => ({ start, end: Date.now() / 1000 });
  describe('with Loki', skippedFor([...missingOfStack(), ...missingOf('loki')]), () => {
    test.each(all.filter(({ language }) => language === 'logql'))(
      '$dashboard, $panel, has lines from Loki',
      async ({ query }) => {
        const lines = await stack.loki!.lines(filled(query, { step: 60, range: 0, of: 'posts' }), range());
        expect(lines).not.toEqual([]);
        expect(lines.filter(({ labels }) => labels.__error__)).toEqual([]);
      },
    );

    test("a trace's link to its logs leads to lines of that trace alone, which lead back", async () => {
      const [known] = await stack.loki!.lines(
        '{service_namespace="dormouse"} | trace_id != "" | detected_level = "error"',
        range(),
      );
      const traceId = known!.labels.trace_id!;
      const lines = await stack.loki!.lines(logsOfTrace(traceId), range());
      expect(lines).not.toEqual([]);
      expect(new Set(lines.map(({ labels }) => labels.trace_id))).toEqual(new Set([traceId]));
    });
  });

  /** Others are not here, a cache in front neither, and what is thrown away or fails is counted from the first on: nothing does, nobody comments too fast, and nothing need block an event loop. */
  const notHere =
    /\b(kn|kube|container|istio|kafka|certmanager)_|istio-ingressgateway|otelcol_exporter_send_failed_|dormouse_telemetry_dropped_|dormouse_purge_age_|dormouse_local_telemetry_refused_|error_type="53100"|refusals_total\{service_name="comments"|evaluation_failures_|eventloop_work_max_\S* > /;
  const ofExporters = /\b(pg|redis)_|-exporter"/;
  test('answers what runbooks ask of functions, rules, collector and itself', async () => {
    const asking = questions().filter(
      ({ expr }) => !notHere.test(expr) && !isLater(expr) && (exportersAreInstalled || !ofExporters.test(expr)),
    );
    const responses = await Promise.all(
      asking.map(({ expr }) => stack.prometheus.queryRange(expr, { start, end, step: 5 })),
    );
    const unanswered = asking
      .filter((_, index) => responses[index]!.length === 0)
      .map(({ runbook, expr }) => `${runbook}: ${expr}`);
    expect(unanswered).toEqual(
      asking.map(({ runbook, expr }) => `${runbook}: ${expr}`).filter((name) => missing().includes(name)),
    );
  });
});
if (missingOfSmallStack().length === 0 && missingOfStack().length > 0)
  console.warn(`Prometheus 3 and the collector are not on the PATH: nobody asks ${onlyWhole.join('; ')}`);

test('the panels that only programs of others fill are these', () => {
  expect(promqlQueries.filter(({ needs }) => needs).map(named)).toEqual([
    'Dormouse / Data, PostgreSQL: connections',
    'Dormouse / Data, PostgreSQL: size',
    'Dormouse / Data, Redis: memory',
  ]);
});
