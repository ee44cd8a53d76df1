import { describe, expect, test } from 'vitest';
import { isSampled } from './sampler.ts';
import { readTelemetry, telemetryVariables } from './telemetry-config.ts';

const read = (env: Record<string, string>) => readTelemetry(env, 'posts');
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

describe('where telemetry goes', () => {
  test('nowhere, unless it is said', () => {
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toMatchObject({
      metrics: 'none',
      serviceName: 'posts',
      protocol: 'http/json',
    });
    expect(read({})).not.toHaveProperty('tracesTo');
  });

  test('one address serves both signals; the address of one signal is used as it is', () => {
    expect(read(endpoint)).toMatchObject({
      tracesTo: { url: 'http://collector:4318/v1/traces' },
      metricsTo: { url: 'http://collector:4318/v1/metrics' },
      metrics: 'otlp',
    });
    expect(read({ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo/otlp' })).toMatchObject({
      tracesTo: { url: 'http://tempo/otlp' },
      metricsTo: { url: 'http://collector:4318/v1/metrics' },
    });
    expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo/otlp' }).metrics).toBe('none');
  });

  test('each signal, or both, can be switched off', () => {
    expect(read({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).not.toHaveProperty('tracesTo');
    expect(read({ ...endpoint, OTEL_METRICS_EXPORTER: 'none' })).toMatchObject({ metrics: 'none' });
    const disabled = read({ ...endpoint, OTEL_SDK_DISABLED: 'true' });
    expect(disabled.metrics).toBe('none');
    expect(Object.keys(disabled).filter((key) => key.endsWith('To'))).toEqual([]);
  });

  test('headers are percent-decoded; those of a signal are added', () => {
    const { tracesTo, metricsTo } = read({
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20eA==, x-scope=a',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-scope=b',
    });
    expect(tracesTo?.headers).toEqual({ authorization: 'Basic eA==', 'x-scope': 'a' });
    expect(metricsTo?.headers).toEqual({ authorization: 'Basic eA==', 'x-scope': 'b' });
  });
});

test('the service’s name: OTEL_SERVICE_NAME, then the resource’s, then the function’s', () => {
  const resource = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=b,team=x%2Cy' };
  expect(read(resource)).toMatchObject({ serviceName: 'b', resource: { team: 'x,y' } });
  expect(read({ ...resource, OTEL_SERVICE_NAME: 'a' }).serviceName).toBe('a');
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'ftp://x'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '5s'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
  ['OTEL_METRICS_EXPORTER', 'console'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_SDK_DISABLED', 'yes'],
  ['OTEL_RESOURCE_ATTRIBUTES', '=x'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000'],
])('%s=%s stops the start by its name', (name, value) => expect(() => read({ [name]: value })).toThrow(name));

test('every variable that is read is in the reference, and the other way round', async () => {
  const readNames = new Set<string>();
  const noting = new Proxy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' } as Record<string, string | undefined>, {
    get: (env, name: string) => {
      readNames.add(name);
      return env[name];
    },
  });
  readTelemetry(noting, 'posts');
  const described = telemetryVariables.flatMap(([names, meaning]) => [
    ...names.split(', '),
    ...(meaning.match(/…_\w+/g) ?? []).map((end) => end.replace('…', 'OTEL_EXPORTER_OTLP')),
  ]);
  expect([...readNames].sort()).toEqual(described.sort());
});

describe('sampling', () => {
  test.each([
    ['always_on', undefined, { obeysParent: false, ratio: 1 }],
    ['parentbased_always_off', undefined, { obeysParent: true, ratio: 0 }],
    ['traceidratio', '0.25', { obeysParent: false, ratio: 0.25 }],
    ['parentbased_traceidratio', '0.1', { obeysParent: true, ratio: 0.1 }],
  ])('%s', (name, argument, sampler) => {
    expect(read({ OTEL_TRACES_SAMPLER: name, ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }) }).sampler).toEqual(
      sampler,
    );
  });

  test('a ratio keeps its share of the traces, and a larger one all that a smaller one keeps', () => {
    const ids = Array.from(
      { length: 4000 },
      (_, i) =>
        `${'0'.repeat(19)}${Math.floor(((i * 0.618033988749895) % 1) * 2 ** 52)
          .toString(16)
          .padStart(13, '0')}`,
    );
    const kept = (ratio: number) =>
      new Set(ids.filter((id) => isSampled({ obeysParent: false, ratio }, id, undefined)));
    const [few, many] = [kept(0.1), kept(0.5)];
    expect(few.size / ids.length).toBeCloseTo(0.1, 2);
    expect(many.size / ids.length).toBeCloseTo(0.5, 2);
    expect([...few].filter((id) => !many.has(id))).toEqual([]);
  });
});
