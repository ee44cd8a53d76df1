import { join } from 'node:path';
import { createOperations } from './console/operations.ts';
import type { Addresses } from './console/sources.ts';
import type { Brokers } from './eventing/broker.ts';
import type { Ground } from './platform-context.ts';
import type { Ingress } from './serving/ingress/ingress.ts';
import { shownRoutes } from './serving/ingress/shown-routes.ts';
import type { Services } from './serving/services.ts';

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
    import('./console/console.ts'),
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
