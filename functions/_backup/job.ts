import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nightly } from './nightly.ts';
import packageJson from './package.json' with { type: 'json' };

/**
 * The CronJob that backs the database up: the image `backup`, of the component of that name.
 *
 * DATABASE_DIRECT_URL or DATABASE_URL is of the role `backup`, which reads all tables. BACKUP_PLACE is `s3://BUCKET/PREFIX`, with
 * AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a folder. BACKUP_RECIPIENT is an age recipient, or `none`.
 * BACKUP_KEEP_NEWEST, _DAILY, _WEEKLY and _MONTHLY say how many are kept; 0 for all of them, as without them, removes none.
 */
const beside = join(import.meta.dirname, 'functions');
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('it was told to stop: nothing was stored')));

try {
  await nightly({
    env: process.env,
    functions: existsSync(beside) ? beside : join(import.meta.dirname, '..'),
    version: packageJson.version,
    signal: stop.signal,
    print: (line) => console.log(line),
  });
} catch (error) {
  console.error(`backup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
