import { platformSeries, series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, number, table, total, traces } from '../panels.ts';
import { count, quantile, rate } from '../promql.ts';

const { coldStarts, initDuration, firstResponseDuration } = series;

const ours = 'k8s_namespace_name="dormouse"';

export const scaleToZero: Described = {
  uid: 'scale-to-zero',
  title: 'Scale to zero',
  description: 'Who is awake, how often functions wake, and what waking costs the one who waits.',
  rows: [
    {
      title: 'Now',
      panels: [
        number('Instances awake', 'locale', `count(${series.memory} > 0)`),
        total('Cold starts in this range', count(coldStarts, [])),
        number('Start until it can answer, p95', 's', quantile(0.95, initDuration, [])),
        number('Start until the first answer, p95', 's', quantile(0.95, firstResponseDuration, []), {
          limits: { warn: 1, bad: 2 },
        }),
        number('Memory of all', 'bytes', `sum(${series.memory})`),
        number('CPU of all', 'short', rate(series.cpuTime, [])),
      ],
    },
    {
      title: 'Functions',
      panels: [
        graph('Instances', 'locale', [
          { expr: `count by (service_name) (${series.memory} > 0)`, legend: '{{service_name}}' },
        ]),
        graph('Cold starts', 'cps', [
          { expr: rate(coldStarts, ['service_name', 'faas_trigger']), legend: '{{service_name}} {{faas_trigger}}' },
        ]),
        graph('Start until it can answer, p95', 's', [
          { expr: quantile(0.95, initDuration, ['service_name']), legend: '{{service_name}}' },
        ]),
        graph('Start until the first answer, p95', 's', [
          { expr: quantile(0.95, firstResponseDuration, ['service_name']), legend: '{{service_name}}' },
        ]),
        table('Cold starts in this range', 'locale', count(coldStarts, ['service_name', 'faas_trigger'])),
        traces('Requests that woke a function', '{ span.faas.coldstart = true }'),
      ],
    },
    {
      title: 'Wanted and ready',
      panels: [
        graph('Instances: wanted', 'locale', [
          { expr: `max by (kn_service_name) (${platformSeries.podsDesired}{${ours}})`, legend: '{{kn_service_name}}' },
        ]),
        graph('Instances: ready', 'locale', [
          { expr: `max by (kn_service_name) (${platformSeries.pods}{${ours}})`, legend: '{{kn_service_name}}' },
        ]),
        graph('Running, not ready', 'locale', [
          { expr: `max by (kn_service_name) (${platformSeries.podsNotReady}{${ours}})`, legend: '{{kn_service_name}}' },
        ]),
        graph('Requests that wait in the activator', 'short', [
          {
            expr: `sum by (kn_service_name) (${platformSeries.requestConcurrency}{${ours}})`,
            legend: '{{kn_service_name}}',
          },
        ]),
      ],
    },
  ],
};
