import { describe, expect, test } from 'vitest';
import { metrics } from './metrics.ts';
import { prometheusLabel, prometheusName } from './prometheus-name.ts';

describe('names in Prometheus', () => {
  test.each([
    [metrics.requestDuration, 'http_server_request_duration_seconds'],
    [metrics.coldStarts, 'faas_coldstarts_total'],
    [metrics.initDuration, 'faas_init_duration_seconds'],
    [metrics.eventLoopUtilization, 'nodejs_eventloop_utilization_ratio'],
    [metrics.memory, 'process_memory_usage_bytes'],
    [metrics.cpuTime, 'process_cpu_time_seconds_total'],
    [metrics.sqlConnections, 'db_client_connection_count'],
    [metrics.deadLetters, 'dormouse_dead_letters_total'],
    [metrics.deadLettersOpen, 'dormouse_dead_letters_open'],
  ])('$name', (metric, name) => {
    expect(prometheusName(metric)).toBe(name);
  });

  test('a unit or a suffix that is there already is not said twice', () => {
    expect(prometheusName({ name: 'wait.seconds', kind: 'gauge', unit: 's' })).toBe('wait_seconds');
    expect(prometheusName({ name: 'requests.total', kind: 'counter', unit: '{request}' })).toBe('requests_total');
    expect(prometheusName({ name: 'total.requests', kind: 'counter', unit: '1' })).toBe('requests_total');
  });

  test('labels have underscores', () => {
    expect(prometheusLabel('http.response.status_code')).toBe('http_response_status_code');
  });
});

describe('the registry', () => {
  const all = Object.values(metrics);

  test('has no name twice, in OpenTelemetry or in Prometheus', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(prometheusName)).size).toBe(all.length);
  });

  test('gives histograms, and nothing else, bounds that rise', () => {
    for (const { kind, bounds } of all) {
      expect(bounds === undefined).toBe(kind !== 'histogram');
      expect([...(bounds ?? [])].sort((a, b) => a - b)).toEqual(bounds ?? []);
    }
  });

  test('has no attribute that could hold a person or one thing among many', () => {
    const attributes = all.flatMap(({ attributes }) => Object.keys(attributes));
    expect(attributes.filter((name) => /user|email|address|(^|[._])id$|subject|token|title|slug/.test(name))).toEqual(
      [],
    );
  });
});
