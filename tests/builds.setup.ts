import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder in which the first platform of a test run leaves its bundles for the others. Bundling all functions takes ten
 * seconds of a core; `npm start` and the tests of bundles show that it works from nothing.
 */
export default function setup(): (() => void) | undefined {
  if (process.env.DORMOUSE_TEST_BUILDS) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-builds-'));
  process.env.DORMOUSE_TEST_BUILDS = folder;
  return () => {
    delete process.env.DORMOUSE_TEST_BUILDS;
    rmSync(folder, { recursive: true, force: true });
  };
}
