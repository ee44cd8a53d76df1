import { join } from 'node:path';
import { createOperations } from '@dormouse/console/operations';
import type { Addresses } from '@dormouse/console/sources';
import type { Brokers } from '@dormouse/eventing/broker';
import type { JobSinks } from '@dormouse/eventing/job-sinks';
import type { Ingress } from '@dormouse/serving/ingress/ingress';
import { shownRoutes } from '@dormouse/serving/ingress/shown-routes';
import type { Services } from '@dormouse/serving/services';
import type { Workers } from '@dormouse/serving/workers';
import type { Alerting } from '@dormouse/telemetry/rules/alerting';
import { accessTokenFile } from './access-token.ts';
import type { PlatformContext } from './platform-context.ts';

interface Shown {
  brokers: Brokers;
  services: Services;
  workers: Workers;
  jobSinks: JobSinks;
  ingress: Ingress;
  addresses: Addresses;
}

export async function openConsole(
  context: PlatformContext,
  { brokers, services, workers, jobSinks, ingress, addresses }: Shown,
): Promise<{ url: string }> {
  const { home, root, telemetry, consolePort = 8081, measureMs = 10_000, cache, cleanup } = context;
  const [{ startConsole }, { measurePlatform }] = await Promise.all([
    import('@dormouse/console/console'),
    import('./platform-metrics.ts'),
  ]);
  cleanup.defer(measurePlatform({ telemetry, services: () => services.status(), brokers, cache, everyMs: measureMs }));
  const operations = createOperations({
    recipe: () => context.source.localConfig.operations,
    url: addresses.ingress,
    secrets: join(home, 'secrets'),
    root,
    triggers: () => context.source.platform.triggers,
  });
  let alerting: Alerting | undefined;
  const console_ = await startConsole({
    host: '127.0.0.1',
    port: consolePort,
    services: () => [...services.status(), ...workers.status(), ...jobSinks.status()],
    routes: () => shownRoutes(ingress.routes),
    brokers,
    eventing: () => context.source.platform,
    telemetry,
    alerting: () => alerting,
    runbooks: join(root, 'observability/runbooks'),
    addresses,
    operations,
    ...(context.source.localConfig.mailbox && { mailbox: join(home, context.source.localConfig.mailbox) }),
    ...(context.notice && { notice: context.notice }),
    accessToken: { value: context.accessToken, file: join(home, accessTokenFile) },
  });
  cleanup.defer(() => console_.close());
  const opening = openLater(context, console_.url).then((opened) => {
    alerting = opened;
  });
  cleanup.defer(async () => {
    await opening;
    await alerting?.close();
  });
  return console_;
}

/** Rules ask for what was measured before this start, too; the start itself does not wait for them. */
async function openLater(context: PlatformContext, consoleUrl: string): Promise<Alerting | undefined> {
  const { kept, telemetry, root, home, outputs, alertWebhook, evaluateMs } = context;
  const say = (line: string) => outputs.say(line, 'error');
  try {
    await kept.load();
    const { openAlerting } = await import('./open-alerting.ts');
    return await openAlerting({
      ...{ telemetry, consoleUrl, say },
      rules: context.rules ?? join(root, 'observability/prometheus/rules'),
      policy: context.alertPolicy ?? join(root, 'observability/alertmanager/alertmanager.yaml'),
      folder: join(home, 'telemetry'),
      webhookUrl: alertWebhook,
      everyMs: evaluateMs,
    });
  } catch (error) {
    say(`no rule is evaluated: ${(error as Error).message}`);
    return undefined;
  }
}
