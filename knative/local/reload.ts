import { withChannels } from '@dormouse/eventing/channels';
import type { Ingress } from '@dormouse/serving/ingress/ingress';
import { buildAll } from '@dormouse/serving/process/programs';
import type { PlatformContext } from './platform-context.ts';
import { serviceHosts } from './service-hosts.ts';
import type { BackingServices } from './start-backing-services.ts';
import type { Eventing } from './start-eventing.ts';
import type { Functions } from './start-functions.ts';
import { watchFiles } from './watch.ts';

interface Changing {
  backingServices: BackingServices;
  ingress: Ingress;
  functions: Functions;
  eventing: Eventing;
}

/** Returns the function that reads manifests and sources again, one call after the other; with `watch` file changes call it, too. */
export function reloading(
  context: PlatformContext,
  { backingServices, ingress, functions, eventing }: Changing,
): () => Promise<void> {
  const { root, outputs, cleanup } = context;
  const apply = async () => {
    try {
      const next = await context.load();
      const built = await buildAll(next, backingServices.builder, root, (line) => outputs.say(line));
      ingress.update([...next.platform.virtualHosts, ...serviceHosts(next.platform)]);
      context.source = next;
      backingServices.bundles = built;
      await functions.secrets();
      await functions.jobs();
      await functions.services.apply(next.platform.services, built);
      context.createdAt(next.platform.triggers);
      eventing.jobSinks.update(next.platform.jobSinks, built);
      const { brokers, triggers } = withChannels(next.platform);
      eventing.brokers.update(brokers, triggers);
      functions.workers.apply(next.platform.workers, built);
      eventing.pings.update(next.platform.pingSources);
      context.running = next;
      await functions.services.rolled();
    } finally {
      watchAll();
      await backingServices.builder.rest();
    }
  };
  let last: Promise<void> = Promise.resolve();
  const reload = () => {
    last = last.then(apply).catch((error: Error) => outputs.say(`nothing was changed: ${error.message}`, 'error'));
    return last;
  };
  const watcher = context.watch ? watchFiles(() => void reload()) : undefined;
  const watchAll = () =>
    watcher?.files([...context.source.files, ...[...backingServices.bundles.values()].flatMap(({ inputs }) => inputs)]);
  if (watcher) cleanup.defer(() => watcher.close());
  watchAll();
  return reload;
}
