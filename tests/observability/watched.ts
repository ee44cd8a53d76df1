import { join } from 'node:path';
import { type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../platform.ts';
import { observedOverlay } from './observed-overlay.ts';
import type { Stack } from './stack.ts';

const breakable = join(import.meta.dirname, '../chaos/platform-on-faulty-disk.ts');

interface Options {
  /** Folder of the overlay, from the project's; default: the local one. */
  base?: string;
  /** More of what every function's environment says. */
  env?: Readonly<Record<string, string>>;
}

/** A platform on a disk that can be broken, watched by a stack: it sends its telemetry on to the collector, or its console is scraped. */
export async function runWatched(
  stack: Stack,
  { base = 'knative/overlays/local', env = {} }: Options = {},
): Promise<RunningPlatform> {
  const home = temporaryHome();
  const overlay = observedOverlay(home, base, env);
  const platform = await runPlatform({
    home,
    overlay,
    program: breakable,
    args: stack.collector ? ['--observe', stack.collector.url] : [],
  });
  const stop = async () => {
    await platform.stop();
    removeHome(home);
  };
  await stack.watch(platform).catch(async (error) => {
    await stop();
    throw error;
  });
  return { ...platform, stop };
}
