import { join } from 'node:path';
import type { Inside } from './cluster-services.ts';
import type { Brokers } from './eventing/broker.ts';
import type { PingSources } from './eventing/ping-source.ts';
import { type Ground, targetOf } from './platform-context.ts';
import { canonical } from './serving/process/environment.ts';
import type { Upstream } from './serving/proxy/upstream.ts';
import { createUpstream } from './serving/proxy/upstream-client.ts';

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
    import('./eventing/broker.ts'),
    import('./eventing/ping-source.ts'),
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
