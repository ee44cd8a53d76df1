import type { MetricStore, Series } from '../metric-store.ts';
import type { EvaluatedRules } from '../rules/rule-evaluator.ts';
import { alertsData, rulesData } from '../rules/rules-api.ts';
import { type Flat, type Labels, labelOf, namesOf } from './prometheus-series.ts';
import { numberText } from './prometheus-text.ts';
import { countPoints } from './promql/count-points.ts';
import type { Select } from './promql/evaluate.ts';
import { evaluator } from './promql/evaluate.ts';
import { type Expression, type Matcher, PromqlError } from './promql/expression.ts';
import { stepMsOf } from './promql/literals.ts';
import { parseQuery } from './promql/parse.ts';
import { keyOf, type Value } from './promql/value.ts';
import { selectFrom } from './select-series.ts';
import { inTurns, QueryTimeoutError } from './turns.ts';

/** Maximum points per series of a query, as in Prometheus. */
const maxPoints = 11_000;
/** Maximum points of all series of a query together. */
const maxResult = 500_000;
/** Maximum `match[]` of a request: each looks through the store. */
const maxMatches = 100;
/** The last instant that a Date can hold, ms: with larger ones a step would be lost in rounding. */
const maxInstantMs = 8.64e15;
/** Build information: clients use it to detect features. */
const version = '2.53.0';

interface Source {
  store: MetricStore;
  rules: EvaluatedRules | undefined;
}

type Endpoint = (source: Source, parameters: URLSearchParams, nowMs: number) => unknown | Promise<unknown>;

const endpoints: Readonly<Record<string, Endpoint>> = {
  query: instantQuery,
  query_range: rangeQuery,
  query_exemplars: exemplars,
  series: async (source, parameters, nowMs) =>
    (await inTurns(selected(source, parameters, nowMs))).map(({ labels }) => labels),
  labels: async (source, parameters, nowMs) => {
    const found = await inTurns(selected(source, parameters, nowMs));
    return [...new Set(found.flatMap(({ labels }) => Object.keys(labels)))].sort();
  },
  metadata: ({ store }, parameters) => metadata(store, parameters.get('metric')),
  'status/buildinfo': () => ({ version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
  rules: ({ rules }, parameters) => rulesData(rules, parameters),
  alerts: ({ rules }) => alertsData(rules),
};

interface PrometheusResponse {
  status: number;
  /** JSON. */
  body: string;
}

/**
 * Prometheus' HTTP API (prometheus.io/docs/prometheus/latest/querying/api) over the store, as far as reading goes.
 * @param path the path after `/api/v1/`
 * @param rules whose series can be queried, too; without them no rule is evaluated
 */
export async function prometheusApi(
  path: string,
  parameters: URLSearchParams,
  store: MetricStore,
  nowMs = Date.now(),
  rules?: EvaluatedRules,
): Promise<PrometheusResponse> {
  const label = /^label\/([^/]+)\/values$/.exec(path)?.[1];
  const endpoint = label ? valuesOf(label) : Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (!endpoint) return failure(404, 'not_found', `there is nothing at /api/v1/${path}`);
  try {
    return json(200, { status: 'success', data: await endpoint({ store, rules }, parameters, nowMs) });
  } catch (error) {
    if (error instanceof PromqlError) return failure(400, 'bad_data', error.message);
    if (error instanceof QueryTimeoutError) return failure(503, 'timeout', error.message);
    throw error;
  }
}

const json = (status: number, value: unknown): PrometheusResponse => ({
  status,
  body: JSON.stringify(value),
});
const failure = (status: number, errorType: string, error: string): PrometheusResponse =>
  json(status, { status: 'error', errorType, error });

const valuesOf =
  (label: string): Endpoint =>
  async (source, parameters, nowMs) => {
    const found = await inTurns(selected(source, parameters, nowMs));
    return [...new Set(found.flatMap(({ labels }) => labelOf(labels, label) || []))].sort();
  };

async function instantQuery(source: Source, parameters: URLSearchParams, nowMs: number): Promise<unknown> {
  const atMs = instantOf(parameters, 'time') ?? nowMs;
  const expression = parseQuery(parameters.get('query') ?? '');
  countPoints(expression, 1);
  const value = await inTurns(evaluator(expression, selectIn(source), { fromMs: atMs, toMs: atMs })(atMs));
  return { resultType: value.type, result: resultOf(value, atMs) };
}

function resultOf(value: Value, atMs: number): unknown {
  switch (value.type) {
    case 'scalar':
      return pair(atMs, value.value);
    case 'string':
      return [atMs / 1_000, value.value];
    case 'vector':
      return value.points.map(({ labels, value: number }) => ({ metric: labels, value: pair(atMs, number) }));
    case 'matrix':
      return value.windows.map(({ labels, times, values }) => ({
        metric: labels,
        values: times.map((time, i) => pair(time, values[i] as number)),
      }));
  }
}

const pair = (ms: number, value: number): [number, string] => [ms / 1_000, numberText(value)];

async function rangeQuery(source: Source, parameters: URLSearchParams): Promise<unknown> {
  const [fromMs, toMs] = [instantOf(parameters, 'start'), instantOf(parameters, 'end')];
  if (fromMs === undefined || toMs === undefined) throw new PromqlError('start and end are needed');
  const stepMs = stepMsOf(parameters.get('step') ?? '');
  if (toMs < fromMs) throw new PromqlError('the end is before the start');
  if ((toMs - fromMs) / stepMs > maxPoints)
    throw new PromqlError(`more than ${maxPoints} points: a longer step is needed`);
  const expression = parseQuery(parameters.get('query') ?? '');
  countPoints(expression, Math.floor((toMs - fromMs) / stepMs) + 1);
  const result = await inTurns(evaluateRange(source, expression, { fromMs, toMs, stepMs }));
  return { resultType: 'matrix', result };
}

type Matrix = { metric: Labels; values: [number, string][] }[];

function* evaluateRange(
  source: Source,
  expression: Expression,
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
): Generator<void, Matrix> {
  const at = evaluator(expression, selectIn(source), { fromMs, toMs });
  const found = new Map<string, { metric: Labels; values: [number, string][] }>();
  let points = 0;
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += stepMs)
    for (const { labels, value } of pointsOf(yield* at(nowMs))) {
      if (++points > maxResult)
        throw new PromqlError(`more than ${maxResult} points: a longer step or fewer series are needed`);
      const key = keyOf(labels);
      const series = found.get(key) ?? { metric: labels, values: [] };
      found.set(key, series);
      series.values.push(pair(nowMs, value));
    }
  return [...found.values()];
}

function pointsOf(value: Value): readonly { labels: Labels; value: number }[] {
  if (value.type === 'scalar') return [{ labels: {}, value: value.value }];
  if (value.type === 'vector') return value.points;
  throw new PromqlError(`a ${value.type} has no value at an instant: query_range needs a vector or a number`);
}

/** Selects among what was measured, and what rules made of it. */
function selectIn({ store, rules }: Source): Select {
  const measured = selectFrom(store);
  return rules ? (...of) => [...measured(...of), ...rules.select(...of)] : measured;
}

/** Series that one of the `match[]` selects, all without one. */
function* selected(source: Source, parameters: URLSearchParams, nowMs: number): Generator<void, Flat[]> {
  const [fromMs, toMs] = [instantOf(parameters, 'start') ?? 0, instantOf(parameters, 'end') ?? nowMs];
  const select = selectIn(source);
  const matches = parameters.getAll('match[]').map(matchersOf);
  if (matches.length > maxMatches) throw new PromqlError(`a request may have ${maxMatches} match[]`);
  const found = new Map<string, Flat>();
  for (const matchers of matches.length > 0 ? matches : [[]]) {
    yield;
    for (const flat of select(matchers, fromMs, toMs)) found.set(keyOf(flat.labels), flat);
  }
  return [...found.values()];
}

function matchersOf(text: string): readonly Matcher[] {
  const expression = parseQuery(text);
  if (expression.kind !== 'selector') throw new PromqlError(`${text} is no selector`);
  return expression.matchers;
}

function metadata(store: MetricStore, wanted: string | null): unknown {
  const types = { counter: 'counter', updowncounter: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;
  const found = new Map<string, unknown>();
  for (const { family } of store.all()) {
    const name = (namesOf(family)[0] as string).replace(/_bucket$/, '');
    if (wanted === null || wanted === '' || wanted === name)
      found.set(name, [{ type: types[family.kind], help: family.description, unit: family.unit }]);
  }
  return Object.fromEntries(found);
}

/** Exemplars of the histograms in a query. */
function exemplars({ store }: Source, parameters: URLSearchParams): unknown {
  const [fromMs, toMs] = [
    instantOf(parameters, 'start') ?? 0,
    instantOf(parameters, 'end') ?? Number.POSITIVE_INFINITY,
  ];
  const wanted = selectorsIn(parseQuery(parameters.get('query') ?? ''));
  return [...store.all()].flatMap((series) => {
    const within = [...series.exemplars.values()].filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
    const name =
      within.length > 0
        ? namesOf(series.family).find((each) => wanted.some((matchers) => speaksOf(matchers, each, series)))
        : undefined;
    if (!name) return [];
    const list = within.map(({ traceId, spanId, value, timeMs }) => ({
      labels: { trace_id: traceId, span_id: spanId },
      value: numberText(value),
      timestamp: timeMs / 1_000,
    }));
    return [{ seriesLabels: { ...series.labels, __name__: name }, exemplars: list }];
  });
}

const speaksOf = (matchers: readonly Matcher[], name: string, { labels }: Series): boolean =>
  matchers.every(
    ({ label, operator, value }) =>
      operator !== '=' || labelOf({ ...labels, __name__: name }, label) === value || label === 'le',
  );

function selectorsIn(node: Expression): (readonly Matcher[])[] {
  switch (node.kind) {
    case 'selector':
      return [node.matchers];
    case 'call':
      return node.args.flatMap(selectorsIn);
    case 'binary':
      return [...selectorsIn(node.left), ...selectorsIn(node.right)];
    case 'aggregate':
    case 'negative':
    case 'subquery':
      return selectorsIn(node.of);
    default:
      return [];
  }
}

/** Seconds with a fraction, or RFC 3339; in milliseconds. @throws PromqlError */
function instantOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  const ms = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Math.round(Number(text) * 1_000) : Date.parse(text);
  if (!(Math.abs(ms) <= maxInstantMs)) throw new PromqlError(`${name}: ${text} is no time`);
  return ms;
}
