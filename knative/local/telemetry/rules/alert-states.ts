import type { Labels } from '../query/prometheus-series.ts';
import { PromqlError } from '../query/promql/expression.ts';
import { keyOf, type Point, unnamed } from '../query/promql/value.ts';
import { expandTemplate } from './expand-template.ts';
import type { AlertingRule } from './rule.ts';

/** One alert of a rule: a series that its expression gave. Times are milliseconds since the epoch. */
export interface ActiveAlert {
  /** Those of the series and of the rule, and `alertname`. */
  labels: Labels;
  annotations: Readonly<Record<string, string>>;
  state: 'pending' | 'firing';
  value: number;
  activeAtMs: number;
  /** The expression has given nothing since then; it fires on for the rule's `keep_firing_for`. */
  keepFiringSinceMs?: number;
}

/** It always fires: a sign of life, no alert. */
export const isSign = ({ labels }: ActiveAlert): boolean => labels.severity === 'none';

/** The alerts of one rule from evaluation to evaluation, as Prometheus holds them. */
export class AlertStates {
  #active = new Map<string, ActiveAlert>();
  readonly #rule: AlertingRule;

  constructor(rule: AlertingRule) {
    this.#rule = rule;
  }

  get active(): ActiveAlert[] {
    return [...this.#active.values()];
  }

  /** What was active when an earlier process was last heard of. Time in which nobody looked is not time that an alert was pending. */
  restore(alerts: readonly ActiveAlert[], notLookedMs: number): void {
    for (const alert of alerts) {
      const { state, activeAtMs } = alert;
      this.#active.set(keyOf(alert.labels), {
        ...alert,
        activeAtMs: state === 'pending' ? activeAtMs + Math.max(0, notLookedMs) : activeAtMs,
      });
    }
  }

  /**
   * Takes what the rule's expression gave.
   * @throws PromqlError when two series would be one alert, or when there are more than `limit`: then none is active
   */
  take(points: readonly Point[], nowMs: number, limit: number): void {
    const given = this.#alertsOf(points, nowMs);
    for (const [key, alert] of given) {
      const known = this.#active.get(key);
      if (known) Object.assign(known, { value: alert.value, annotations: alert.annotations });
      else this.#active.set(key, alert);
    }
    for (const [key, alert] of this.#active) if (!this.#lasts(alert, given.has(key), nowMs)) this.#active.delete(key);
    const { size } = this.#active;
    if (size <= limit) return;
    this.#active.clear();
    throw new PromqlError(`exceeded limit of ${limit} with ${size} alerts`);
  }

  #alertsOf(points: readonly Point[], nowMs: number): Map<string, ActiveAlert> {
    const { name, labels, annotations } = this.#rule;
    const given = new Map<string, ActiveAlert>();
    for (const { labels: of, value } of points) {
      const expand = (texts: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, expandTemplate(text, of, value)]));
      const all: Labels = { ...unnamed(of), ...expand(labels), alertname: name };
      const key = keyOf(all);
      if (given.has(key))
        throw new PromqlError('vector contains metrics with the same labelset after applying alert labels');
      given.set(key, { labels: all, annotations: expand(annotations), state: 'pending', value, activeAtMs: nowMs });
    }
    return given;
  }

  /** Moves an alert on; false when it is over. */
  #lasts(alert: ActiveAlert, isGiven: boolean, nowMs: number): boolean {
    const { forMs, keepFiringForMs } = this.#rule;
    // A clock that was set back must not make an alert wait until it has caught up.
    alert.activeAtMs = Math.min(alert.activeAtMs, nowMs);
    if (!isGiven) {
      if (alert.state === 'pending' || keepFiringForMs === 0) return false;
      alert.keepFiringSinceMs = Math.min(alert.keepFiringSinceMs ?? nowMs, nowMs);
      return nowMs - alert.keepFiringSinceMs < keepFiringForMs;
    }
    delete alert.keepFiringSinceMs;
    if (nowMs - alert.activeAtMs >= forMs) alert.state = 'firing';
    return true;
  }
}
