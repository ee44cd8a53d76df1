import { dataAlerts } from './alerts/data.ts';
import { eventAlerts } from './alerts/events.ts';
import { functionAlerts } from './alerts/functions.ts';
import { podAlerts } from './alerts/pods.ts';
import { storeAlerts, telemetryAlerts } from './alerts/telemetry.ts';
import { objectiveGroups } from './burn-rate.ts';
import { edgeGroup } from './edge.ts';
import { type Alert, type Group, isAlert } from './rule.ts';

/** Every rule, by the file of `prometheus/rules` that it is written to. */
export const ruleFiles: Readonly<Record<string, readonly Group[]>> = {
  edge: [edgeGroup],
  slo: objectiveGroups,
  functions: [functionAlerts],
  events: [eventAlerts],
  data: [dataAlerts],
  pods: [podAlerts],
  telemetry: [telemetryAlerts],
  stores: [storeAlerts],
};

export const alerts: readonly Alert[] = Object.values(ruleFiles)
  .flat()
  .flatMap(({ rules }) => rules.filter(isAlert));

/** Files whose rules fit one machine with nothing but the platform, a Prometheus and exporters: no cluster, no collector. */
export const machineRuleFiles: readonly string[] = Object.keys(ruleFiles).filter((name) =>
  ruleFiles[name]!.every(({ needs }) => needs === undefined),
);
