import { backlog, series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, number, table, traces } from '../panels.ts';
import { count, part, quantile, rate } from '../promql.ts';

const { eventsSent, eventsConsumed, eventsRefused, eventAge, deadLetters } = series;
const type = 'messaging_destination_name';

export const events: Described = {
  uid: 'events',
  title: 'Events',
  description: 'From the outbox through the Broker to the handler, and what did not arrive.',
  rows: [
    {
      title: 'Now',
      panels: [
        number('Sent', 'cps', rate(eventsSent, [])),
        number('Handled', 'cps', rate(eventsConsumed, [])),
        number('Failing', 'percentunit', part(rate(eventsConsumed, [], 'error_type!=""'), rate(eventsConsumed, [])), {
          limits: { warn: 0.01, bad: 0.2 },
        }),
        number('Age at their effect, p95', 's', quantile(0.95, eventAge, []), { limits: { warn: 5, bad: 30 } }),
        number('Oldest in an outbox', 's', `max(${series.outboxAge})`, { limits: { warn: 60, bad: 120 } }),
        number('Oldest sent and not archived', 's', `max(${series.unarchivedAge})`, {
          limits: { warn: 180, bad: 600 },
        }),
        number('Dead letters open', 'locale', `max(last_over_time(${series.deadLettersOpen}[7d]))`, {
          limits: { warn: 1, bad: 10 },
        }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        graph('Sent, by type', 'cps', [{ expr: rate(eventsSent, [type]), legend: `{{${type}}}` }]),
        graph('Handled, by function', 'cps', [
          { expr: rate(eventsConsumed, ['service_name'], 'error_type=""'), legend: '{{service_name}}' },
        ]),
        graph('Until the Broker has stored one, p95', 's', [
          { expr: quantile(0.95, series.sendDuration, ['service_name']), legend: '{{service_name}}' },
        ]),
        graph('Age at their effect', 's', [
          { expr: quantile(0.5, eventAge, []), legend: 'p50' },
          { expr: quantile(0.95, eventAge, []), legend: 'p95', exemplars: true },
          { expr: quantile(0.999, eventAge, []), legend: 'p99.9' },
        ]),
        graph('Handling, p95', 's', [
          { expr: quantile(0.95, series.processDuration, ['service_name']), legend: '{{service_name}}' },
        ]),
        graph(
          'Duplicates',
          'cps',
          [{ expr: rate(eventsConsumed, ['service_name'], 'dormouse_duplicate="true"'), legend: '{{service_name}}' }],
          {
            description: 'Delivered again and without effect: at least once is the promise.',
          },
        ),
      ],
    },
    {
      title: 'What waits, and what did not arrive',
      panels: [
        graph('In outboxes', 'locale', [
          { expr: `max by (db_namespace) (${series.outboxPending})`, legend: '{{db_namespace}}' },
        ]),
        graph('Sent and not archived', 'locale', [
          { expr: `max by (db_namespace) (${series.unarchivedPending})`, legend: '{{db_namespace}}' },
        ]),
        graph('Sent again, by type', 'cps', [{ expr: rate(series.eventsResent, [type]), legend: `{{${type}}}` }], {
          description: 'The Broker had taken them, and the archive did not have them two minutes later.',
        }),
        graph(
          'Missing at consumers, by Trigger',
          'locale',
          [
            {
              expr: `max by (dormouse_trigger) (${series.eventsMissing})`,
              legend: '{{dormouse_trigger}}',
            },
          ],
          { description: 'Archived, not in the inbox and no dead letter: the Broker has lost them, or is late.' },
        ),
        graph('Counts that differ from their posts', 'locale', [
          { expr: `max(last_over_time(${series.countsWrong}[1d]))`, legend: 'differences' },
        ]),
        graph('Sent again by the journal', 'cps', [
          {
            expr: rate(series.eventsRedelivered, ['dormouse_trigger', 'dormouse_redelivery_outcome']),
            legend: '{{dormouse_trigger}} {{dormouse_redelivery_outcome}}',
          },
        ]),
        graph('Not yet compared with the inboxes, oldest', 's', [
          { expr: `max(${series.eventsUnjudgedAge})`, legend: 'oldest' },
        ]),
        graph('Failures, by function and reason', 'cps', [
          {
            expr: rate(eventsConsumed, ['service_name', 'error_type'], 'error_type!=""'),
            legend: '{{service_name}} {{error_type}}',
          },
        ]),
        graph('Dead letters, by Trigger', 'cps', [
          { expr: rate(deadLetters, ['dormouse_trigger']), legend: '{{dormouse_trigger}}' },
        ]),
        graph('Refused for their signature, by function and reason', 'cps', [
          {
            expr: rate(eventsRefused, ['service_name', 'dormouse_reason']),
            legend: '{{service_name}} {{dormouse_reason}}',
          },
        ]),
        graph('Backlog of each Trigger', 'locale', [{ expr: backlog, legend: '{{consumergroup}}' }], {
          description: 'On a cluster with Kafka by kafka-exporter; its consumer groups are named after Triggers.',
        }),
        table('Dead letters in this range', 'locale', count(deadLetters, ['dormouse_trigger', type])),
        traces('Events that could not be handled', '{ kind = consumer && status = error }'),
      ],
    },
  ],
};
