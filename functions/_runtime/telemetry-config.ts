import type { Sampler } from './sampler.ts';

/** Where a signal goes. */
export interface Target {
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** What OpenTelemetry's standard variables say. */
export interface TelemetryConfig {
  readonly serviceName: string;
  /** OTEL_RESOURCE_ATTRIBUTES. */
  readonly resource: Readonly<Record<string, string>>;
  /** Where spans go; absent when they go nowhere. */
  readonly tracesTo?: Target;
  /** `prometheus` serves /metrics on a separate port, `otlp` pushes; `none` measures nothing. */
  readonly metrics: 'otlp' | 'prometheus' | 'none';
  readonly metricsTo?: Target;
  readonly protocol: 'http/json' | 'http/protobuf';
  readonly timeoutMs: number;
  /** From one push of metrics to the next. */
  readonly intervalMs: number;
  /** From a measure to the push of what changed; 0 for none but those of the interval. */
  readonly changesMs: number;
  readonly sampler: Sampler;
  readonly prometheus: { readonly host: string | undefined; readonly port: number };
}

/** The variables, for the reference: name, meaning, default. */
export const telemetryVariables: readonly (readonly [name: string, meaning: string, fallback: string])[] = [
  ['OTEL_SDK_DISABLED', '`true`: no spans, no metrics; the trace is still passed on', '`false`'],
  [
    'OTEL_SERVICE_NAME',
    '`service.name`; before that of `OTEL_RESOURCE_ATTRIBUTES`, and that before `K_SERVICE`. `faas.name` is `K_SERVICE` in any case',
    '`K_SERVICE`',
  ],
  ['OTEL_RESOURCE_ATTRIBUTES', '`key=value,…`, percent-encoded; they replace attributes of the same name', ''],
  ['OTEL_TRACES_EXPORTER', '`otlp` or `none`', '`otlp`'],
  [
    'OTEL_METRICS_EXPORTER',
    '`otlp`, `prometheus` (`/metrics` on a port of its own), `none`',
    '`otlp` with an endpoint, else `none`',
  ],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'base address; `/v1/traces` and `/v1/metrics` are appended', 'nowhere'],
  [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    'whole address of one signal, used as it is',
    '',
  ],
  [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    '`http/json` or `http/protobuf`; `grpc` is refused. Only JSON carries exemplars',
    '`http/json`',
  ],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    '`key=value,…`, percent-encoded; also `…_TRACES_HEADERS`, `…_METRICS_HEADERS`, which are added',
    '',
  ],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', 'ms until the collector has answered', '`10000`'],
  [
    'OTEL_TRACES_SAMPLER',
    '`always_on`, `always_off`, `traceidratio`, and the same after `parentbased_`',
    '`parentbased_always_off`: the ingress decides',
  ],
  ['OTEL_TRACES_SAMPLER_ARG', 'ratio from 0 to 1, for `traceidratio`', '`1`'],
  ['OTEL_METRIC_EXPORT_INTERVAL', 'ms from one push of everything to the next', '`10000`'],
  [
    'METRIC_CHANGES_INTERVAL',
    'ms until series in which something was measured are pushed on their own: so much is lost with a process that is killed; `0` for never',
    '`1000`',
  ],
  [
    'OTEL_EXPORTER_PROMETHEUS_HOST, OTEL_EXPORTER_PROMETHEUS_PORT',
    'where `/metrics` is served; 0 for any free port',
    'every address, `9464`',
  ],
];

type Environment = Record<string, string | undefined>;

const samplers = ['always_on', 'always_off', 'traceidratio'] as const;

/** @throws Error naming the variable that cannot be read */
export function readTelemetry(env: Environment, service: string): TelemetryConfig {
  const disabled = choice(env, 'OTEL_SDK_DISABLED', ['true', 'false'], 'false') === 'true';
  const prefix = 'OTEL_EXPORTER_OTLP_';
  const protocol = choice(env, `${prefix}PROTOCOL`, ['http/json', 'http/protobuf'], 'http/json');
  const traces = choice(env, 'OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp');
  const tracesTo = disabled || traces === 'none' ? undefined : target(env, 'TRACES', 'v1/traces');
  const metricsTo = target(env, 'METRICS', 'v1/metrics');
  const metrics = choice(env, 'OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'none'], metricsTo ? 'otlp' : 'none');
  const resource = pairs(env, 'OTEL_RESOURCE_ATTRIBUTES');
  return Object.freeze({
    serviceName: env.OTEL_SERVICE_NAME || resource['service.name'] || service,
    resource,
    ...(tracesTo && { tracesTo }),
    metrics: disabled || (metrics === 'otlp' && !metricsTo) ? 'none' : metrics,
    ...(metricsTo && metrics === 'otlp' && !disabled && { metricsTo }),
    protocol,
    timeoutMs: number(env, `${prefix}TIMEOUT`, 10_000),
    intervalMs: number(env, 'OTEL_METRIC_EXPORT_INTERVAL', 10_000),
    changesMs: number(env, 'METRIC_CHANGES_INTERVAL', 1_000, 0),
    sampler: sampler(env),
    prometheus: {
      host: env.OTEL_EXPORTER_PROMETHEUS_HOST || undefined,
      port: number(env, 'OTEL_EXPORTER_PROMETHEUS_PORT', 9464, 0, 65_535),
    },
  });
}

function sampler(env: Environment): Sampler {
  const names = [...samplers, ...samplers.map((name) => `parentbased_${name}` as const)];
  const name = choice(env, 'OTEL_TRACES_SAMPLER', names, 'parentbased_always_off');
  const argument = env.OTEL_TRACES_SAMPLER_ARG || '1';
  const ratio = Number(argument);
  if (!(ratio >= 0 && ratio <= 1)) throw wrong('OTEL_TRACES_SAMPLER_ARG', 'is not a number from 0 to 1');
  const obeys = name.startsWith('parentbased_');
  const own = name.replace('parentbased_', '');
  return { obeysParent: obeys, ratio: own === 'always_on' ? 1 : own === 'always_off' ? 0 : ratio };
}

function target(env: Environment, signal: 'TRACES' | 'METRICS', path: string): Target | undefined {
  const own = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const base = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const url = address(env, own) ?? address(env, base)?.replace(/\/*$/, `/${path}`);
  const headers = {
    ...pairs(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
    ...pairs(env, `OTEL_EXPORTER_OTLP_${signal}_HEADERS`),
  };
  return url === undefined ? undefined : { url, headers };
}

function address(env: Environment, name: string): string | undefined {
  const value = env[name];
  if (!value) return undefined;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) throw wrong(name, 'is not an http URL');
  return value;
}

/** `key=value,key=value`, as W3C baggage has it: percent-encoded. */
function pairs(env: Environment, name: string): Record<string, string> {
  const entries = (env[name] ?? '').split(',').flatMap((pair) => {
    if (pair.trim() === '') return [];
    const at = pair.indexOf('=');
    if (at < 1) throw wrong(name, 'is no list of key=value');
    return [[pair.slice(0, at).trim(), decoded(name, pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(entries);
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(name, 'is not percent-encoded');
  }
}

function choice<T extends string>(env: Environment, name: string, choices: readonly T[], fallback: T): T {
  const value = (env[name] || fallback) as T;
  if (!choices.includes(value)) throw wrong(name, `must be one of ${choices.join(', ')}`);
  return value;
}

function number(env: Environment, name: string, fallback: number, min = 1, max = 2 ** 31 - 1): number {
  const value = Number(env[name] || fallback);
  if (!Number.isInteger(value) || value < min || value > max)
    throw wrong(name, `is not a whole number from ${min} to ${max}`);
  return value;
}

const wrong = (name: string, what: string): Error => new Error(`the environment variable ${name} ${what}`);
