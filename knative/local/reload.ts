import type { Ingress } from '@dormouse/serving/ingress/ingress';
import { buildAll } from '@dormouse/serving/process/programs';
import type { Ground } from './platform-context.ts';
import type { Backing } from './start-backing.ts';
import type { Eventing } from './start-eventing.ts';
import type { Functions } from './start-functions.ts';
import { watchFiles } from './watch.ts';

interface Changing {
  backing: Backing;
  ingress: Ingress;
  functions: Functions;
  eventing: Eventing;
}

/** How manifests and sources are read again, one time after the other; with `watch` also when a file changes. */
export function reloading(ground: Ground, { backing, ingress, functions, eventing }: Changing): () => Promise<void> {
  const { root, outputs, ends } = ground;
  const apply = async () => {
    try {
      const next = await ground.load();
      const built = await buildAll(next, backing.builder, root, (line) => outputs.say(line));
      ingress.update(next.platform.virtualHosts);
      ground.source = next;
      backing.bundles = built;
      await functions.secrets();
      await functions.jobs();
      await functions.services.apply(next.platform.services, built);
      eventing.brokers.update(next.platform.brokers, next.platform.triggers);
      eventing.pings.update(next.platform.pingSources);
      await functions.services.rolled();
    } finally {
      watchAll();
      await backing.builder.rest();
    }
  };
  let last: Promise<void> = Promise.resolve();
  const reload = () => {
    last = last.then(apply).catch((error: Error) => outputs.say(`nothing was changed: ${error.message}`, 'error'));
    return last;
  };
  const watcher = ground.watch ? watchFiles(() => void reload()) : undefined;
  const watchAll = () =>
    watcher?.files([...ground.source.files, ...[...backing.bundles.values()].flatMap(({ inputs }) => inputs)]);
  if (watcher) ends.add(() => watcher.close());
  watchAll();
  return reload;
}
