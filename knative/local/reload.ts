import { withChannels } from '@dormouse/eventing/channels';
import type { Source } from '@dormouse/manifests/source';
import type { Ingress } from '@dormouse/serving/ingress/ingress';
import { buildAll } from '@dormouse/serving/process/programs';
import { buildWritten } from './build-written.ts';
import type { LoadOptions } from './load.ts';
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
  const build = (source: Source) => buildAll(source, backingServices.builder, root, (line) => outputs.say(line));
  /** @param rendered files that have not changed */
  const apply = async (rendered?: LoadOptions['rendered']) => {
    try {
      const loaded = await context.load({ written: context.written.all(), rendered });
      const { source: next, bundles: built } = await buildWritten(loaded, context.running, build);
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
      Object.assign(context, { running: next, failure: undefined });
      await functions.services.rolled();
    } finally {
      context.cache?.clear();
      watchAll();
      await backingServices.builder.rest();
    }
  };
  let last: Promise<void> = Promise.resolve();
  const queue = (rendered?: () => LoadOptions['rendered']) => {
    last = last
      .then(() => apply(rendered?.()))
      .catch((error: Error) => {
        context.failure = error.message;
        outputs.say(`nothing was changed: ${error.message}`, 'error');
      });
    return last;
  };
  const reload = () => queue();
  let isQueued = false;
  context.rewritten = () => {
    if (isQueued) return;
    isQueued = true;
    void queue(() => {
      isQueued = false;
      const { rendered: objects, files } = context.source;
      return objects && { objects, files };
    });
  };
  const watcher = context.watch ? watchFiles(() => void reload()) : undefined;
  const watchAll = () =>
    watcher?.files([...context.source.files, ...[...backingServices.bundles.values()].flatMap(({ inputs }) => inputs)]);
  if (watcher) cleanup.defer(() => watcher.close());
  watchAll();
  return reload;
}
