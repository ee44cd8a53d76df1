import { join } from 'node:path';
import type { Brokers } from '@dormouse/eventing/broker';
import { withChannels } from '@dormouse/eventing/channels';
import type { PingSources } from '@dormouse/eventing/ping-source';
import { canonical } from '@dormouse/serving/process/environment';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import { createUpstream } from '@dormouse/serving/proxy/upstream-client';
import type { ClusterServices } from './cluster-services.ts';
import { type PlatformContext, targetOf } from './platform-context.ts';

export interface Eventing {
  brokers: Brokers;
  pings: PingSources;
}

export async function startEventing(context: PlatformContext, clusterServices: ClusterServices): Promise<Eventing> {
  const { home, telemetry, stores, accepting, delivering, cleanup } = context;
  const { pingSources } = context.source.platform;
  const here = (origin: string) =>
    clusterServices.addressOf(canonical(origin)) ?? context.services?.addressOf(canonical(origin)) ?? origin;
  const upstream: Upstream = createUpstream({
    target: targetOf(context),
    addressOf: (url) => url.replace(/^https?:\/\/[^/]+/, (origin) => (origin.includes('.svc') ? here(origin) : origin)),
    brokerOrigin: () => clusterServices.secretBrokers,
    counts: telemetry.requests,
  });
  const [{ openBrokers }, { startPingSources }] = await Promise.all([
    import('@dormouse/eventing/broker'),
    import('@dormouse/eventing/ping-source'),
  ]);
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
  return { brokers, pings };
}
