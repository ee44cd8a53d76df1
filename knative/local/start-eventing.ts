import { join } from 'node:path';
import type { Brokers } from '@dormouse/eventing/broker';
import type { PingSources } from '@dormouse/eventing/ping-source';
import { canonical } from '@dormouse/serving/process/environment';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import { createUpstream } from '@dormouse/serving/proxy/upstream-client';
import type { Inside } from './cluster-services.ts';
import { type Ground, targetOf } from './platform-context.ts';

export interface Eventing {
  brokers: Brokers;
  pings: PingSources;
}

export async function startEventing(ground: Ground, inside: Inside): Promise<Eventing> {
  const { home, telemetry, stores, ends } = ground;
  const { brokers: declared, triggers, pingSources } = ground.source.platform;
  const here = (origin: string) =>
    inside.addressOf(canonical(origin)) ?? ground.services?.addressOf(canonical(origin)) ?? origin;
  const upstream: Upstream = createUpstream({
    target: targetOf(ground),
    addressOf: (url) => url.replace(/^https?:\/\/[^/]+/, (origin) => (origin.includes('.svc') ? here(origin) : origin)),
    brokerOrigin: () => inside.brokers,
  });
  const [{ openBrokers }, { startPingSources }] = await Promise.all([
    import('@dormouse/eventing/broker'),
    import('@dormouse/eventing/ping-source'),
  ]);
  const brokers = await openBrokers({
    folder: join(home, 'events'),
    brokers: declared,
    triggers,
    upstream,
    telemetry,
    ...(stores && { stores }),
  });
  ground.brokers = brokers;
  ends.add(() => brokers.close());
  const pings = startPingSources({ sources: pingSources, upstream, telemetry });
  ends.add(() => pings.stop());
  return { brokers, pings };
}
