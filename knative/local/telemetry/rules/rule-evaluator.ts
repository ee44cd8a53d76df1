import type { MetricStore } from '../metric-store.ts';
import type { Labels } from '../query/prometheus-series.ts';
import { countPoints } from '../query/promql/count-points.ts';
import { evaluator, type Select } from '../query/promql/evaluate.ts';
import { PromqlError, type Selector } from '../query/promql/expression.ts';
import { keyOf, type Point, unnamed, vectorOf } from '../query/promql/value.ts';
import { selectFrom } from '../query/select-series.ts';
import { inTurns, QueryTimeoutError } from '../query/turns.ts';
import { type ActiveAlert, AlertStates } from './alert-states.ts';
import { longestRangeMs, metricOf, missingMetrics } from './missing-metrics.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { RuleSeries } from './rule-series.ts';

/** A rule, and what came of its last evaluation. */
export interface RuleState {
  readonly rule: Rule;
  /** `unknown`: it was not evaluated yet, or cannot be. */
  health: 'unknown' | 'ok' | 'err';
  /** Of a rule that failed. */
  lastError?: string;
  /** Metrics that it asks for, and that nothing gives: it is not evaluated. */
  missing: readonly string[];
  /** How far back it looks, where less than that is kept; milliseconds. */
  readonly looksBackMs: number | undefined;
  evaluatedAtMs: number | undefined;
  tookMs: number;
  /** Of an alerting rule. */
  alerts: readonly ActiveAlert[];
}

export interface GroupState extends Omit<RuleGroup, 'rules'> {
  readonly rules: readonly RuleState[];
  evaluatedAtMs: number | undefined;
  tookMs: number;
}

/** What those who show rules and alerts read. */
export interface EvaluatedRules {
  /** Selects among the series that rules have made. */
  readonly select: Select;
  readonly groups: readonly GroupState[];
  /** Files that were not read, with the reason. */
  readonly unread: readonly { file: string; error: string }[];
}

export interface RuleEvaluatorOptions {
  groups: readonly RuleGroup[];
  unread?: EvaluatedRules['unread'];
  store: MetricStore;
  /** Selects what rules ask for; default: from the store. */
  select?: Select;
  /** Metrics that other programs give, if they are there: rules that ask for one are evaluated once somebody has given it. */
  external?: readonly string[];
  series?: RuleSeries;
}

/** Alerts that were active, for the next process. */
export interface SavedAlerts {
  atMs: number;
  alerts: readonly { group: string; rule: number; active: readonly ActiveAlert[] }[];
}

const maxAlerts = 1_000;
/** How long an earlier process may have been away for its alerts to be taken over, as in Prometheus. */
const maxAwayMs = 60 * 60_000;
const failures = 'prometheus_rule_evaluation_failures_total';

interface Evaluated {
  state: RuleState;
  states: AlertStates | undefined;
  /** Series that it gave last time. */
  given: Map<string, Labels>;
}

/** Evaluates alerting and recording rules as Prometheus does: groups at their intervals, the rules of a group in their order. */
export class RuleEvaluator implements EvaluatedRules {
  readonly groups: readonly GroupState[];
  readonly unread: EvaluatedRules['unread'];
  readonly series: RuleSeries;
  readonly select: Select;
  readonly #everything: Select;
  readonly #external: ReadonlySet<string>;
  readonly #known = new Set<string>();
  readonly #evaluated = new Map<RuleState, Evaluated>();
  readonly #slots = new Map<GroupState, number>();
  readonly #failures = new Map<GroupState, number>();

  constructor({ groups, unread = [], store, select, external = [], series = new RuleSeries() }: RuleEvaluatorOptions) {
    this.series = series;
    this.select = series.select;
    this.unread = unread;
    const fromStore = select ?? selectFrom(store);
    this.#everything = (...of) => [...fromStore(...of), ...series.select(...of)];
    this.#external = new Set(external);
    const recorded = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
    const isRecorded = (selector: Selector) => recorded.has(metricOf(selector) ?? '');
    this.groups = groups.map((group) => ({
      ...group,
      ...{ evaluatedAtMs: undefined, tookMs: 0 },
      rules: group.rules.map((rule) => {
        const measured = longestRangeMs(rule.expression, (selector) => !isRecorded(selector));
        const made = longestRangeMs(rule.expression, isRecorded);
        const looksBackMs = measured > store.keepMs ? measured : made > series.keepMs ? made : undefined;
        return this.#begin(rule, looksBackMs);
      }),
    }));
  }

  #begin(rule: Rule, looksBackMs: number | undefined): RuleState {
    const state: RuleState = {
      ...{ rule, health: 'unknown', missing: [], looksBackMs, evaluatedAtMs: undefined, tookMs: 0, alerts: [] },
    };
    this.#evaluated.set(state, {
      state,
      states: rule.kind === 'alerting' ? new AlertStates(rule) : undefined,
      given: new Map(),
    });
    return state;
  }

  /** Evaluates the groups whose time has come. */
  async evaluate(nowMs: number): Promise<void> {
    for (const group of this.groups) {
      const slot = Math.floor(nowMs / group.intervalMs);
      if (this.#slots.get(group) === slot) continue;
      this.#slots.set(group, slot);
      await this.#evaluateGroup(group, nowMs);
    }
    this.series.sweep(nowMs);
  }

  async #evaluateGroup(group: GroupState, nowMs: number): Promise<void> {
    const startMs = performance.now();
    for (const state of group.rules) {
      // A query that takes no turn of its own must not hold the process together with the next one.
      await new Promise(setImmediate);
      if (!(await this.#evaluateRule(this.#evaluated.get(state) as Evaluated, group, nowMs)))
        this.#failures.set(group, (this.#failures.get(group) ?? 0) + 1);
    }
    const labels = { __name__: failures, rule_group: `${group.file};${group.name}` };
    this.series.add(labels, nowMs, this.#failures.get(group) ?? 0);
    group.evaluatedAtMs = nowMs;
    group.tookMs = performance.now() - startMs;
  }

  /** False when it failed. */
  async #evaluateRule(evaluated: Evaluated, group: GroupState, nowMs: number): Promise<boolean> {
    const { state } = evaluated;
    const startMs = performance.now();
    try {
      state.missing = missingMetrics(state.rule.expression, (selector) => this.#isGiven(selector, nowMs));
      if (state.missing.length > 0) return true;
      const points = await this.#pointsOf(state.rule, nowMs);
      this.#take(evaluated, points, nowMs, group.limit || maxAlerts);
      state.health = 'ok';
      delete state.lastError;
      return true;
    } catch (error) {
      if (!(error instanceof PromqlError || error instanceof QueryTimeoutError)) throw error;
      state.health = 'err';
      state.lastError = error.message;
      return false;
    } finally {
      state.alerts = evaluated.states?.active ?? [];
      state.evaluatedAtMs = nowMs;
      state.tookMs = performance.now() - startMs;
    }
  }

  #isGiven(selector: Selector, nowMs: number): boolean {
    const name = metricOf(selector);
    if (name === undefined || !this.#external.has(name)) return true;
    const key = JSON.stringify(selector.matchers);
    if (!this.#known.has(key) && this.#everything(selector.matchers, 0, nowMs).length > 0) this.#known.add(key);
    return this.#known.has(key);
  }

  async #pointsOf({ expression }: Rule, nowMs: number): Promise<readonly Point[]> {
    countPoints(expression, 1);
    const value = await inTurns(evaluator(expression, this.#everything, { fromMs: nowMs, toMs: nowMs })(nowMs));
    return value.type === 'scalar' ? [{ labels: {}, value: value.value }] : vectorOf(value, 'a rule');
  }

  #take(evaluated: Evaluated, points: readonly Point[], nowMs: number, limit: number): void {
    const samples =
      evaluated.state.rule.kind === 'alerting'
        ? alertSamples(evaluated.states as AlertStates, points, nowMs, limit)
        : recordedSamples(evaluated.state.rule, points, limit);
    for (const { labels, value } of samples.values()) this.series.add(labels, nowMs, value);
    for (const [key, labels] of evaluated.given) if (!samples.has(key)) this.series.end(labels, nowMs);
    evaluated.given = new Map([...samples].map(([key, { labels }]) => [key, labels]));
  }

  /** What a later process needs to go on. */
  save(nowMs: number): SavedAlerts {
    const alerts = this.groups.flatMap((group) =>
      group.rules.flatMap(({ alerts: active }, rule) =>
        active.length > 0 ? { group: idOf(group), rule, active } : [],
      ),
    );
    return { atMs: nowMs, alerts };
  }

  /** Takes over what an earlier process has saved, unless that is too long ago, or another rule stands there now. */
  restore({ atMs, alerts }: SavedAlerts, nowMs: number): void {
    const awayMs = nowMs - atMs;
    if (awayMs > maxAwayMs) return;
    for (const { group, rule, active } of alerts) {
      const state = this.groups.find((each) => idOf(each) === group)?.rules[rule];
      const own = active.filter(({ labels }) => labels.alertname === state?.rule.name);
      if (state) this.#evaluated.get(state)?.states?.restore(own, awayMs);
    }
  }
}

const idOf = ({ file, name }: GroupState): string => `${file};${name}`;

/** `ALERTS` and `ALERTS_FOR_STATE`. @throws PromqlError */
function alertSamples(
  states: AlertStates,
  points: readonly Point[],
  nowMs: number,
  limit: number,
): ReadonlyMap<string, Point> {
  states.take(points, nowMs, limit);
  const samples = states.active.flatMap(({ labels, state, activeAtMs }): Point[] => [
    { labels: { ...labels, __name__: 'ALERTS', alertstate: state }, value: 1 },
    { labels: { ...labels, __name__: 'ALERTS_FOR_STATE' }, value: Math.floor(activeAtMs / 1_000) },
  ]);
  return new Map(samples.map((point) => [keyOf(point.labels), point]));
}

/** @throws PromqlError */
function recordedSamples(rule: Rule, points: readonly Point[], limit: number): ReadonlyMap<string, Point> {
  if (points.length > limit) throw new PromqlError(`exceeded limit of ${limit} with ${points.length} series`);
  const samples = new Map<string, Point>();
  for (const { labels, value } of points) {
    const named = { ...unnamed(labels), ...rule.labels, __name__: rule.name };
    const key = keyOf(named);
    if (samples.has(key))
      throw new PromqlError('vector contains metrics with the same labelset after applying rule labels');
    samples.set(key, { labels: named, value });
  }
  return samples;
}
