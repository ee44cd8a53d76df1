import type { Brokers } from '@dormouse/eventing/broker';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { metrics } from '@dormouse/signals/metrics';
import type { Family } from '@dormouse/telemetry/metric-store';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type EventLoopDelay, eventLoopDelay } from './event-loop-delay.ts';

/** What the platform measures of itself; instances have the name that Knative gives them on a cluster. */
const platformMetrics = {
  instances: { name: 'kn.revision.pods.count', kind: 'gauge', unit: '{pod}', description: 'Processes of a revision.' },
  requests: {
    name: 'dormouse.local.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that were given to a Service.',
  },
  backlog: {
    name: 'dormouse.local.broker.backlog',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that a Trigger has not yet read in the Broker’s log, or has begun and not finished.',
  },
} as const satisfies Record<string, Family>;

export interface PlatformMetricsOptions {
  telemetry: Telemetry;
  services: () => readonly ServiceStatus[];
  brokers: Pick<Brokers, 'backlogs'>;
  everyMs?: number;
  now?: () => number;
  delay?: EventLoopDelay;
}

/** Adds the platform's own numbers to the telemetry from time to time; returns how to stop. */
export function measurePlatform({
  telemetry,
  services,
  brokers,
  everyMs = 10_000,
  now = Date.now,
  delay = eventLoopDelay(),
}: PlatformMetricsOptions): () => void {
  const add = (family: Family, labels: Record<string, string>, value: number) =>
    telemetry.addMeasured({
      family,
      labels: { job: 'dormouse/platform', service_name: 'platform', ...labels },
      timeMs: now(),
      value,
    });
  const look = () => {
    for (const { name, revision, instances, requests } of services()) {
      add(platformMetrics.instances, { kn_service_name: name, kn_revision_name: revision }, instances);
      add(platformMetrics.requests, { kn_service_name: name }, requests);
    }
    for (const { trigger, events } of brokers.backlogs()) add(platformMetrics.backlog, { trigger }, events);
    const seconds = delay.take();
    if (seconds !== undefined) add(metrics.eventLoopDelayMax, {}, seconds);
  };
  look();
  const timer = setInterval(look, everyMs).unref();
  return () => {
    clearInterval(timer);
    delay.stop();
  };
}
