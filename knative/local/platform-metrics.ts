import type { Brokers } from '@dormouse/eventing/broker';
import type { CacheFigures, SharedCache } from '@dormouse/serving/cache/shared-cache';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { type LongestWork, longestWork } from '@dormouse/signals/longest-work';
import type { Metric } from '@dormouse/signals/metric';
import { metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type EventLoopDelay, eventLoopDelay } from './event-loop-delay.ts';

type Labels = Readonly<Record<string, string>>;
type Add = (metric: Metric, labels: Labels, value: number) => void;

export interface PlatformMetricsOptions {
  telemetry: Telemetry;
  services: () => readonly ServiceStatus[];
  brokers: Pick<Brokers, 'backlogs'>;
  cache?: Pick<SharedCache, 'figures'> | undefined;
  everyMs?: number;
  now?: () => number;
  delay?: EventLoopDelay;
  work?: LongestWork;
}

/** Adds the platform's own numbers to the telemetry from time to time; returns how to stop, which adds them once more. */
export function measurePlatform({
  telemetry,
  services,
  brokers,
  cache,
  everyMs = 10_000,
  now = Date.now,
  delay = eventLoopDelay(),
  work = longestWork(),
}: PlatformMetricsOptions): () => void {
  const add: Add = ({ name, kind, unit, description }, labels, value) =>
    telemetry.addMeasured({
      family: { name, kind, unit, description },
      labels: { job: 'dormouse/platform', service_name: 'platform', ...labels },
      timeMs: now(),
      value,
    });
  const addRevision = revisionMeasures(add, now);
  const look = () => {
    for (const measured of telemetry.requests.measured(now())) telemetry.addMeasured(measured);
    for (const measured of telemetry.refused.measured(now())) telemetry.addMeasured(measured);
    for (const service of services()) addRevision(service);
    for (const { trigger, broker, namespace, events } of brokers.backlogs())
      add(platformMetrics.backlog, { trigger, broker, k8s_namespace_name: namespace }, events);
    if (cache) addCache(add, cache.figures);
    const seconds = delay.take();
    if (seconds !== undefined) add(metrics.eventLoopDelayMax, {}, seconds);
    add(metrics.longestWork, {}, work.take());
  };
  look();
  const timer = setInterval(look, everyMs).unref();
  return () => {
    clearInterval(timer);
    look();
    delay.stop();
    work.stop();
  };
}

function addCache(add: Add, { requests, purged, bytes }: CacheFigures): void {
  for (const [result, count] of Object.entries(requests))
    add(platformMetrics.cacheRequests, { dormouse_cache_result: result }, count);
  add(platformMetrics.cachePurged, {}, purged);
  add(platformMetrics.cacheSize, {}, bytes);
}

/** Measures of a Service's current revision: wanted, ready, and why not. Of the one before nothing is left but zeros. */
function revisionMeasures(add: Add, now: () => number): (service: ServiceStatus) => void {
  const told = new Map<string, { labels: Labels; cause: string | undefined }>();
  const waited = new Map<string, { ms: number; atMs: number }>();
  const addPods = (labels: Labels, [wanted, ready, notReady]: readonly [number, number, number]) => {
    add(platformMetrics.podsDesired, labels, wanted);
    add(platformMetrics.pods, labels, ready);
    add(platformMetrics.podsNotReady, labels, notReady);
  };
  return ({ name, namespace, revision, ready, wanted, instances, cause, waited_ms: waitedMs }) => {
    const labels = { k8s_namespace_name: namespace, kn_service_name: name, kn_revision_name: revision };
    const [last, nowMs] = [waited.get(revision) ?? { ms: waitedMs, atMs: 0 }, now()];
    waited.set(revision, { ms: waitedMs, atMs: nowMs });
    add(platformMetrics.requestConcurrency, labels, (waitedMs - last.ms) / Math.max(1, nowMs - last.atMs));
    const service = `${namespace}/${name}`;
    const before = told.get(service);
    const replaced = before !== undefined && before.labels.kn_revision_name !== revision;
    // What is not said again is taken for true for minutes: an alert would tell of a revision that is gone.
    if (replaced) addPods(before.labels, [0, 0, 0]);
    if (before?.cause && (replaced || before.cause !== cause?.kind))
      add(platformMetrics.notReady, { ...before.labels, dormouse_cause: before.cause }, 0);
    addPods(labels, [wanted, ready, Math.max(0, instances - ready)]);
    if (cause) add(platformMetrics.notReady, { ...labels, dormouse_cause: cause.kind }, 1);
    told.set(service, { labels, cause: cause?.kind });
  };
}
