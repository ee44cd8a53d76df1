import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { ruleFiles } from './groups.ts';
import { isAlert } from './rule.ts';
import { questions } from './runbooks.ts';
import { external, platformSeries, series } from './series.ts';

/** What runbooks ask of others beside what alerts ask of them. */
const more = [
  'kn_revision_pods_pending_count',
  'otelcol_exporter_queue_capacity',
  'otelcol_exporter_queue_size',
  'otelcol_process_memory_rss_bytes',
  'prometheus_notifications_alertmanagers_discovered',
  'prometheus_notifications_dropped_total',
  'prometheus_notifications_errors_total',
] as const;

function namesIn(expr: string): string[] {
  const names: string[] = [];
  parser.parse(expr).iterate({
    enter({ name, node, from, to }) {
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') names.push(expr.slice(from, to));
    },
  });
  return names;
}

const recorded = Object.values(ruleFiles).flatMap((groups) =>
  groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))),
);
const known = new Set<string>([
  ...Object.values(series),
  ...Object.values(platformSeries),
  ...external,
  ...more,
  ...recorded,
  'ALERTS',
]);

test.each(questions())('$runbook asks for series that somebody gives: $expr', ({ expr }) => {
  const names = namesIn(expr);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
});

test('nothing is listed that no runbook asks for', () => {
  const used = questions().flatMap(({ expr }) => namesIn(expr));
  expect(more.filter((name) => !used.includes(name))).toEqual([]);
});
