import { join } from 'node:path';
import type { Brokers } from './broker.ts';
import { createUpstream } from './deliver.ts';
import { canonical } from './environment.ts';
import { type Ground, targetOf } from './ground.ts';
import type { Inside } from './inside.ts';
import type { PingSources } from './ping.ts';
import type { Upstream } from './upstream.ts';

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
  const [{ openBrokers }, { startPingSources }] = await Promise.all([import('./broker.ts'), import('./ping.ts')]);
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
