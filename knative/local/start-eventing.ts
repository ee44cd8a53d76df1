import { join } from 'node:path';
import type { Brokers } from '@dormouse/eventing/broker';
import { withChannels } from '@dormouse/eventing/channels';
import type { JobSinks } from '@dormouse/eventing/job-sinks';
import type { PingSources } from '@dormouse/eventing/ping-source';
import type { JobRunOptions } from '@dormouse/serving/jobs';
import type { Bundle } from '@dormouse/serving/process/bundle';
import { canonical } from '@dormouse/serving/process/environment';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import { createUpstream } from '@dormouse/serving/proxy/upstream-client';
import type { ClusterServices } from './cluster-services.ts';
import { type PlatformContext, targetOf } from './platform-context.ts';

export interface Eventing {
  brokers: Brokers;
  jobSinks: JobSinks;
  pings: PingSources;
}

/** Opens JobSinks, Brokers and channels, and starts PingSources. */
export async function startEventing(
  context: PlatformContext,
  clusterServices: ClusterServices,
  { jobRuns, bundles }: { jobRuns: JobRunOptions; bundles: ReadonlyMap<string, Bundle> },
): Promise<Eventing> {
  const { home, outputs, telemetry, stores, accepting, delivering, cleanup } = context;
  const { pingSources } = context.source.platform;
  const here = (origin: string) =>
    clusterServices.addressOf(canonical(origin)) ?? context.services?.addressOf(canonical(origin)) ?? origin;
  const upstream: Upstream = createUpstream({
    target: targetOf(context),
    addressOf: (url) => url.replace(/^https?:\/\/[^/]+/, (origin) => (origin.includes('.svc') ? here(origin) : origin)),
    brokerOrigin: () => clusterServices.secretBrokers,
    counts: telemetry.requests,
  });
  const [{ openBrokers }, { openJobSinks }, { startPingSources }] = await Promise.all([
    import('@dormouse/eventing/broker'),
    import('@dormouse/eventing/job-sinks'),
    import('@dormouse/eventing/ping-source'),
  ]);
  const jobSinks = await openJobSinks(context.source.platform.jobSinks, bundles, {
    ...jobRuns,
    folder: join(home, 'job-sinks'),
    report: (sentence) => outputs.say(sentence, 'error'),
  });
  context.jobSinks = jobSinks;
  cleanup.defer(() => jobSinks.close());
  const brokers = await openBrokers({
    folder: join(home, 'events'),
    ...withChannels(context.source.platform),
    upstream: delivering ? delivering(upstream) : upstream,
    telemetry,
    ...(stores && { stores }),
    ...(accepting && { accepting }),
  });
  context.brokers = brokers;
  cleanup.defer(() => brokers.close());
  const pings = startPingSources({ sources: pingSources, upstream, telemetry });
  cleanup.defer(() => pings.stop());
  return { brokers, jobSinks, pings };
}
