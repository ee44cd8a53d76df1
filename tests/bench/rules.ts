/** What evaluating the project's rules costs the console, by how much was measured: `node tests/bench/rules.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { external } from '@dormouse/observability/series';
import { metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import { MetricStore } from '@dormouse/telemetry/metric-store';
import { readRules } from '@dormouse/telemetry/rules/read-rules';
import { RuleEvaluator } from '@dormouse/telemetry/rules/rule-evaluator';

const folder = join(import.meta.dirname, '../../observability/prometheus/rules');
const everyMs = 15_000;
const pushMs = 10_000;
const rounds = 8;
const groups = readdirSync(folder).flatMap((file) =>
  readRules(readFileSync(join(folder, file), 'utf8'), file, everyMs),
);

/** An hour of `kept` histograms each of requests, of statements and of the edge. */
function measured(kept: number, nowMs: number): { store: MetricStore; series: number } {
  const store = new MetricStore({ bytes: 1024 * 1024 * 1024 });
  const families = [platformMetrics.edgeDuration, metrics.requestDuration, metrics.sqlDuration];
  for (const family of families)
    for (let i = 0; i < kept; i++) {
      const { bounds = [] } = family;
      const labels = {
        ...{ service_name: `f${i % 20}`, kn_service_name: `f${i % 20}`, dormouse_answered_by: 'function' },
        ...{ dormouse_entry: 'ingress', dormouse_ingress_route: i % 7 ? 'posts' : 'auth-login', http_route: `/${i}` },
        ...{ http_request_method: i % 3 ? 'GET' : 'POST', http_response_status_class: i % 5 ? '2xx' : '5xx' },
        ...{ http_response_status_code: i % 5 ? '200' : '503', db_query_summary: `SELECT t${i}` },
      };
      for (let n = 0; n < 360; n++) {
        const buckets = [...bounds, 0].map(() => n);
        store.add({ family, labels, bounds, timeMs: nowMs - (360 - n) * pushMs, value: n, buckets });
      }
    }
  const series = kept * families.reduce((sum, { bounds = [] }) => sum + bounds.length + 3, 0);
  return { store, series };
}

for (const kept of [40, 200]) {
  const nowMs = Date.now();
  const { store, series } = measured(kept, nowMs);
  const evaluator = new RuleEvaluator({ groups, store, external });
  await evaluator.evaluate(nowMs);
  const before = process.cpuUsage();
  for (let round = 1; round <= rounds; round++) await evaluator.evaluate(nowMs + round * everyMs);
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1_000 / rounds;
  console.log(
    `${series} series: ${ms.toFixed(0)} ms of CPU a round, ${((ms / everyMs) * 100).toFixed(1)} % of one core`,
  );
}
