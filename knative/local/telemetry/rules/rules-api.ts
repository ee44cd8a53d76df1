import { PromqlError } from '../query/promql/expression.ts';
import type { ActiveAlert } from './alert-states.ts';
import type { EvaluatedRules, GroupState, RuleState } from './rule-evaluator.ts';

/** The data of Prometheus' `/api/v1/rules`. @throws PromqlError for a filter that is not understood */
export function rulesData(rules: EvaluatedRules | undefined, parameters: URLSearchParams): { groups: object[] } {
  if (parameters.has('match[]')) throw new PromqlError('match[] of rules is not understood here');
  const kinds: Readonly<Record<string, string>> = { alert: 'alerting', record: 'recording' };
  const type = parameters.get('type');
  if (type && !Object.hasOwn(kinds, type)) throw new PromqlError(`${type} is no type of rules: alert or record`);
  const among = (name: string, value: string) => {
    const wanted = parameters.getAll(name);
    return wanted.length === 0 || wanted.includes(value);
  };
  const withAlerts = parameters.get('exclude_alerts') !== 'true';
  const groups = (rules?.groups ?? [])
    .filter(({ name, file }) => among('rule_group[]', name) && among('file[]', file))
    .map((group) => {
      const found = group.rules.filter(
        ({ rule }) => (!type || rule.kind === kinds[type]) && among('rule_name[]', rule.name),
      );
      return groupJson(group, found, withAlerts);
    });
  return { groups: groups.filter((group) => group.rules.length > 0) };
}

/** The data of Prometheus' `/api/v1/alerts`. */
export const alertsData = (rules: EvaluatedRules | undefined): { alerts: object[] } => ({
  alerts: (rules?.groups ?? []).flatMap((group) => group.rules.flatMap(({ alerts }) => alerts.map(alertJson))),
});

const groupJson = (
  { name, file, intervalMs, limit, evaluatedAtMs, tookMs }: GroupState,
  rules: readonly RuleState[],
  withAlerts: boolean,
) => ({
  name,
  file,
  rules: rules.map((each) => ruleJson(each, withAlerts)),
  interval: intervalMs / 1_000,
  limit,
  evaluationTime: tookMs / 1_000,
  lastEvaluation: instant(evaluatedAtMs),
});

function ruleJson(state: RuleState, withAlerts: boolean): object {
  const { rule, evaluatedAtMs, tookMs } = state;
  const reason = notEvaluated(state) ?? state.lastError;
  const common = {
    ...{ name: rule.name, query: rule.query },
    ...(rule.kind === 'alerting' && { duration: rule.forMs / 1_000, keepFiringFor: rule.keepFiringForMs / 1_000 }),
    labels: rule.labels,
    ...(rule.kind === 'alerting' && { annotations: rule.annotations, alerts: alertsOf(state, withAlerts) }),
    health: state.missing.length > 0 ? 'unknown' : state.health,
    ...(reason && { lastError: reason }),
    evaluationTime: tookMs / 1_000,
    lastEvaluation: instant(evaluatedAtMs),
    type: rule.kind,
  };
  return rule.kind === 'alerting' ? { state: stateOf(state), ...common } : common;
}

const alertsOf = ({ alerts }: RuleState, wanted: boolean) => (wanted ? alerts.map(alertJson) : []);

/** The worst of a rule's alerts; `unknown` while it was not evaluated. */
export function stateOf({ health, missing, alerts }: RuleState): 'firing' | 'pending' | 'inactive' | 'unknown' {
  if (alerts.some(({ state }) => state === 'firing')) return 'firing';
  if (alerts.length > 0) return 'pending';
  return missing.length > 0 || health === 'unknown' ? 'unknown' : 'inactive';
}

/** Why a rule is not evaluated, if it is not. */
export const notEvaluated = ({ missing }: RuleState): string | undefined =>
  missing.length > 0 ? `not evaluated: nothing gives ${missing.join(', ')} here` : undefined;

const alertJson = ({ labels, annotations, state, activeAtMs, keepFiringSinceMs, value }: ActiveAlert) => ({
  ...{ labels, annotations, state },
  activeAt: instant(activeAtMs),
  ...(keepFiringSinceMs !== undefined && { keepFiringSince: instant(keepFiringSinceMs) }),
  value: exponential(value),
});

/** Go's zero time where there is none. */
const instant = (ms: number | undefined): string =>
  ms === undefined ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString();

/** As Go formats it with 'e': `1e+00`. */
function exponential(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
