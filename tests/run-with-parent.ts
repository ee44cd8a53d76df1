import { resolve } from 'node:path';
import { type GivenSettings, readSettings, type Settings } from '@dormouse/local/command-line';
import { run } from '@dormouse/local/run';
import { parsePublicUrl } from '@dormouse/runtime/public-url';

const root = resolve(import.meta.dirname, '..');

/**
 * Runs the platform in this process as `npm start` does; it ends with its parent process.
 * @param more options without a flag
 */
export async function runWithParent(
  given: GivenSettings,
  more: (settings: Settings) => Parameters<typeof run>[2],
): Promise<void> {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const settings = readSettings(given, process.env, root, parsePublicUrl);
  await run(settings, root, more(settings));
}
