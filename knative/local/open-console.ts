import { join } from 'node:path';
import { createOperations } from '@dormouse/console/operations';
import type { Addresses } from '@dormouse/console/sources';
import type { Brokers } from '@dormouse/eventing/broker';
import type { Ingress } from '@dormouse/serving/ingress/ingress';
import { shownRoutes } from '@dormouse/serving/ingress/shown-routes';
import type { Services } from '@dormouse/serving/services';
import type { Ground } from './platform-context.ts';

interface Shown {
  brokers: Brokers;
  services: Services;
  ingress: Ingress;
  addresses: Addresses;
}

export async function openConsole(
  ground: Ground,
  { brokers, services, ingress, addresses }: Shown,
): Promise<{ url: string }> {
  const { home, root, telemetry, consolePort = 8081, ends } = ground;
  const [{ startConsole }, { measurePlatform }] = await Promise.all([
    import('@dormouse/console/console'),
    import('./platform-metrics.ts'),
  ]);
  ends.add(measurePlatform({ telemetry, services: () => services.status(), brokers }));
  const operations = createOperations({
    recipe: () => ground.source.provided.operations,
    url: addresses.ingress,
    secrets: join(home, 'secrets'),
    root,
    triggers: () => ground.source.platform.triggers,
  });
  const console_ = await startConsole({
    host: '127.0.0.1',
    port: consolePort,
    services: () => services.status(),
    routes: () => shownRoutes(ingress.routes),
    brokers,
    eventing: () => ground.source.platform,
    telemetry,
    addresses,
    operations,
  });
  ends.add(() => console_.close());
  return console_;
}
