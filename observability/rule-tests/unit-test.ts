import { alerts } from '../groups.ts';
import { alertRule } from '../rule.ts';
import type { Case } from './case.ts';

/** A case as promtool reads it. @throws Error for an alert that does not exist, or whose severity has to be told */
export function unitTest({ alert, when, series, at, fires }: Case): object {
  return {
    name: `${alert} ${fires.length > 0 ? 'fires' : 'is silent'} when ${when}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: fires.map((labels) => expected(alert, labels)) }],
  };
}

function expected(name: string, { severity, ...others }: Readonly<Record<string, string>>): object {
  const [found, ...more] = alerts.filter((each) => each.name === name && (!severity || each.severity === severity));
  if (!found || more.length > 0)
    throw new Error(
      `${name}: ${more.length + (found ? 1 : 0)} alerts of this name${severity ? ` and severity ${severity}` : ''}`,
    );
  const { labels, annotations } = alertRule(found) as {
    labels: object;
    annotations: { summary: string; runbook_url: string };
  };
  const summary = annotations.summary.replaceAll(
    /\{\{ \$labels\.(\w+) \}\}/g,
    (_, label: string) => others[label] ?? '',
  );
  return { exp_labels: { ...labels, ...others }, exp_annotations: { ...annotations, summary } };
}
