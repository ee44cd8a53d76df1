import type { Metric } from './metrics.ts';

/** Units that functions use, as Prometheus writes them; those in braces are left out, `1` is a gauge's ratio. */
const words: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * The name under which Prometheus keeps a metric that came by OTLP, or through the collector: dots become underscores, the unit is
 * appended unless it is there already, then `_ratio` (gauges of unit 1) or `_total` (counters). A histogram's series have `_bucket`, `_sum` and `_count` behind it.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 */
export function prometheusName({ name, kind, unit }: Pick<Metric, 'name' | 'kind' | 'unit'>): string {
  const parts = name.split(/[^a-zA-Z0-9:]+/).filter(Boolean);
  const word = words[unit];
  if (word && !parts.includes(word)) parts.push(word);
  const ending = kind === 'counter' ? 'total' : kind === 'gauge' && unit === '1' ? 'ratio' : undefined;
  return [...parts.filter((part) => part !== ending), ...(ending ? [ending] : [])].join('_');
}

/** An attribute as a label of Prometheus. */
export const prometheusLabel = (attribute: string): string => attribute.replaceAll(/[^a-zA-Z0-9]+/g, '_');
