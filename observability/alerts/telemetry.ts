import { type Alert, type Group, unlessOver } from '../rule.ts';
import { platformSeries, series } from '../series.ts';

const gone = (job: string) => `absent(up{job="${job}"} == 1)`;
const lost = ['spans', 'metric_points', 'log_records'].map(
  (kind) => `sum by (exporter) (increase(otelcol_exporter_send_failed_${kind}_total[5m])) > 0`,
);

const outOfTime = (window: string) =>
  `sum by (dormouse_sender) (increase(${platformSeries.telemetryRefused}{dormouse_signal="metrics",dormouse_cause=~"future|past"}[${window}]))`;

const ofStores: Alert[] = [
  {
    name: 'CollectorDown',
    severity: 'page',
    expr: gone('otel-collector'),
    for: '2m',
    summary: 'No OpenTelemetry Collector answers: functions cannot be seen, and none of their alerts can fire.',
  },
  {
    name: 'LokiDown',
    severity: 'ticket',
    expr: gone('loki'),
    for: '5m',
    summary: 'Loki does not answer: logs are not kept.',
  },
  {
    name: 'TempoDown',
    severity: 'ticket',
    expr: gone('tempo'),
    for: '5m',
    summary: 'Tempo does not answer: traces are not kept.',
  },
  {
    name: 'TelemetryLost',
    severity: 'ticket',
    expr: lost.join(' or '),
    for: '5m',
    summary: 'The collector throws away what its exporter {{ $labels.exporter }} does not get rid of.',
  },
];

const rules: Alert[] = [
  {
    name: 'ClockWrong',
    severity: 'page',
    // A function pushes each second or two what it measured, with its own time.
    expr: unlessOver(
      (window) => `${outOfTime(window)} > 0`,
      (window) => `${outOfTime(window)} == 0`,
      'dormouse_sender',
    ),
    for: '15s',
    summary:
      'The clock of {{ $labels.dormouse_sender }} is more than a minute ahead, or an hour behind: what it measures is refused, and tokens are older or younger to it than to others.',
  },
  {
    name: 'TelemetryDropped',
    severity: 'ticket',
    // Half an hour, and at once: it is told when the collector takes something again, minutes after the series' zero, and the function may fall asleep with that.
    expr: `sum by (service_name, dormouse_signal) (increase(${series.dropped}[30m])) > 0`,
    summary:
      '{{ $labels.service_name }} throws {{ $labels.dormouse_signal }} away: the collector does not take them, or they are too many.',
  },
  {
    name: 'RulesFail',
    severity: 'ticket',
    expr: 'sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0',
    for: '5m',
    summary: 'Prometheus cannot evaluate {{ $labels.rule_group }}: its alerts are blind.',
  },
  {
    name: 'Watchdog',
    severity: 'none',
    expr: 'vector(1)',
    summary: 'Prometheus and Alertmanager are alive: this one always fires.',
  },
];

/** What watches is watched. */
export const telemetryAlerts: Group = { name: 'telemetry', rules };

/** The collector, and what it sends to. */
export const storeAlerts: Group = { name: 'stores', needs: 'collector', rules: ofStores };
