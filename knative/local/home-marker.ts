import { existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessTokenFile } from './access-token.ts';

const marker = 'dormouse-home';

/** What the platform makes in DORMOUSE_HOME; nothing else there is its own. */
export const homeEntries: readonly string[] = [
  '.restoring',
  accessTokenFile,
  'address',
  'build',
  'events',
  'job-sinks',
  'jobs.json',
  'kubeconfig',
  'lock',
  'monitoring',
  'objects',
  'objects.json',
  'postgres',
  'public-url',
  'redis.pid',
  'restore.json',
  'revisions.json',
  'secrets',
  'telemetry',
  'triggers.json',
  'volumes',
  marker,
];

/** Made by each start before there was a marker. */
const madeByOlder = ['build', 'events', 'volumes'];
/** Other programs use these names too: where one is found, the platform did not make all that it uses. */
const common = ['build', 'events', 'telemetry', 'volumes', 'postgres'];

/** Whether the platform made what it keeps in the folder: it says so, or an older platform has left its three folders. */
export function isHome(folder: string): boolean {
  if (existsSync(join(folder, marker))) return true;
  const events = lstatSync(join(folder, 'events'), { throwIfNoEntry: false });
  const made = madeByOlder.every((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
  return made && (events!.mode & 0o077) === 0;
}

/** Marks a folder as the platform's, unless it holds something of another's under a name that the platform uses. */
export function markHome(folder: string): void {
  if (!isHome(folder) && readdirSync(folder).some((name) => common.includes(name))) return;
  writeFileSync(
    join(folder, marker),
    'The local platform of Dormouse made this folder; "npm run reset" deletes what it keeps here.\n',
  );
}
