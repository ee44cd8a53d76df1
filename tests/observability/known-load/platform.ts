import type { Metric } from '@dormouse/signals/metric';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import type { Expected } from './expected.ts';
import { labelsText } from './oracle.ts';

const revisions = [
  { kn_service_name: 'posts', kn_revision_name: 'posts-00003', wanted: 2, ready: 2, notReady: 0, waiting: 0 },
  { kn_service_name: 'webhooks', kn_revision_name: 'webhooks-00002', wanted: 1, ready: 0, notReady: 1, waiting: 2.5 },
];
/** Of a function whose clock is ahead. */
const refusedPerSecond = 3;
const backlogs = { mail: 1_500, categories: 3 };

/** Has the platform say how its Services and Triggers are, and what it refused, each half minute of the last ten. */
export function tellOfPlatform(telemetry: Telemetry, endMs: number): void {
  const startMs = endMs - 600_000;
  for (let timeMs = startMs; timeMs <= endMs; timeMs += 30_000) tell(telemetry, timeMs, (timeMs - startMs) / 1_000);
}

function tell(telemetry: Telemetry, timeMs: number, seconds: number): void {
  const add = ({ name, kind, unit, description }: Metric, labels: Record<string, string>, value: number) =>
    telemetry.addMeasured({
      family: { name, kind, unit, description },
      labels: { job: 'dormouse/platform', service_name: 'platform', ...labels },
      timeMs,
      value,
    });
  for (const { wanted, ready, notReady, waiting, ...labels } of revisions) {
    const its = { ...labels, k8s_namespace_name: 'dormouse' };
    add(platformMetrics.podsDesired, its, wanted);
    add(platformMetrics.pods, its, ready);
    add(platformMetrics.podsNotReady, its, notReady);
    add(platformMetrics.requestConcurrency, its, waiting);
  }
  for (const [trigger, events] of Object.entries(backlogs)) add(platformMetrics.backlog, { trigger }, events);
  const fast = { dormouse_signal: 'metrics', dormouse_cause: 'future', dormouse_sender: 'search' };
  add(platformMetrics.telemetryRefused, fast, seconds * refusedPerSecond);
}

const byService = (of: (revision: (typeof revisions)[number]) => number): Expected => [
  'exact',
  revisions.map((each) => [labelsText({ kn_service_name: each.kn_service_name }), of(each)] as const),
];

export const expectedOfPlatform: Readonly<Record<string, Expected>> = {
  'Scale to zero, Instances: wanted': byService(({ wanted }) => wanted),
  'Scale to zero, Instances: ready': byService(({ ready }) => ready),
  'Scale to zero, Running, not ready': byService(({ notReady }) => notReady),
  'Scale to zero, Requests that wait in the activator': byService(({ waiting }) => waiting),
  'Events, Backlog of each Trigger': [
    'exact',
    Object.entries(backlogs).map(([trigger, events]) => [labelsText({ consumergroup: trigger }), events] as const),
  ],
  ClockWrong: ['percent', [[labelsText({ dormouse_sender: 'search' }), 70 * refusedPerSecond]]],
  FunctionNotReady: ['exact', [[labelsText({ kn_service_name: 'webhooks', kn_revision_name: 'webhooks-00002' }), 1]]],
  BrokerBacklog: ['exact', [[labelsText({ consumergroup: 'mail' }), backlogs.mail]]],
};
