import { byPeople, edgeDuration, failedAtEdge } from '../../edge.ts';
import { series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, logs, number, serviceGraph, table, traces } from '../panels.ts';
import { part, quantile, rate } from '../promql.ts';

const requests = `${edgeDuration}_count`;
/** Always fires where rules are evaluated: without it, nothing is known of alerts. */
const evaluated = 'ALERTS{alertname="Watchdog"}';
const firing = 'ALERTS{alertstate="firing",severity=~"page|ticket"}';

export const overview: Described = {
  uid: 'overview',
  title: 'Overview',
  description: 'The four golden signals as readers get them, what burns, and what to open next.',
  rows: [
    {
      title: 'Now',
      panels: [
        number('Requests', 'reqps', rate(requests, [], byPeople)),
        number(
          'Failing',
          'percentunit',
          part(rate(requests, [], byPeople, failedAtEdge), rate(requests, [], byPeople)),
          {
            limits: { warn: 0.001, bad: 0.01 },
          },
        ),
        number('p95', 's', quantile(0.95, edgeDuration, [], byPeople), { limits: { warn: 0.25, bad: 1 } }),
        number('Instances awake', 'locale', `count(${series.memory} > 0)`, {
          description: 'None is a fine number: nobody reads.',
        }),
        number('Alerts', 'locale', `count(${firing}) or 0 * count(${evaluated})`, {
          noValue: 'not evaluated',
          limits: { warn: 1, bad: 3 },
        }),
        number('Dead letters open', 'locale', `max(last_over_time(${series.deadLettersOpen}[7d]))`, {
          limits: { warn: 1, bad: 10 },
        }),
      ],
    },
    {
      title: 'Golden signals',
      panels: [
        graph('Latency, p95', 's', [
          { expr: quantile(0.95, edgeDuration, ['kn_service_name'], byPeople), legend: '{{kn_service_name}}' },
        ]),
        graph('Traffic', 'reqps', [
          { expr: rate(requests, ['kn_service_name'], byPeople), legend: '{{kn_service_name}}' },
        ]),
        graph('Errors', 'percentunit', [
          {
            expr: part(
              rate(requests, ['kn_service_name'], byPeople, failedAtEdge),
              rate(requests, ['kn_service_name'], byPeople),
            ),
            legend: '{{kn_service_name}}',
          },
        ]),
        graph('Saturation: event loop', 'percentunit', [
          { expr: `max by (service_name) (${series.eventLoopUtilization})`, legend: '{{service_name}}' },
        ]),
        graph('Saturation: memory of the largest instance', 'bytes', [
          { expr: `max by (service_name) (${series.memory})`, legend: '{{service_name}}' },
        ]),
        graph(
          'Saturation: CPU',
          'short',
          [{ expr: rate(series.cpuTime, ['service_name']), legend: '{{service_name}}' }],
          {
            description: 'CPU seconds per second, all instances.',
          },
        ),
      ],
    },
    {
      title: 'What to open next',
      panels: [
        table('Firing', 'locale', `${firing} or on () 0 * ${evaluated}`, { noValue: 'not evaluated' }),
        table('Error budgets, what is left of 30 days', 'percentunit', 'slo:budget:remaining'),
        traces('Requests that failed', '{ status = error && kind = server }'),
        traces('Requests that took longer than half a second', '{ kind = server && duration > 500ms }'),
        serviceGraph('Who calls whom'),
        logs('Errors and warnings', '{service_namespace="dormouse"} | detected_level =~ "error|warn"'),
      ],
    },
  ],
};
