import { existsSync, statSync, writeFileSync } from 'node:fs';
import { client, Unreachable } from '../api-client.ts';
import { progress, type Screen } from '../progress.ts';
import { Mistake } from '../usage-error.ts';
import { readFolder } from './folder.ts';
import type { Options } from './options.ts';
import { plan } from './plan.ts';
import { report, reportText } from './report.ts';
import { Refused, run } from './run.ts';

export interface Surroundings {
  /** Where the report goes; progress goes to `screen`. */
  readonly print: (text: string) => void;
  readonly screen: Screen;
  /** A token for the local platform, made when none was given. @throws Mistake */
  readonly localToken: () => Promise<string>;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Imports a folder and reports.
 * @returns whether everything that is an article is in the blog now
 * @throws Mistake in one line: no such folder, nothing listens, token refused
 */
export async function importFolder(
  options: Options,
  { print, screen, localToken, sleep }: Surroundings,
): Promise<boolean> {
  const folder = openFolder(options.folder);
  const planned = plan(folder, options);
  if (planned.posts.length === 0)
    throw new Mistake(
      `${options.folder}: there is no article in it (${planned.skipped.length} Markdown files skipped)`,
    );
  const outcome = options.dryRun ? undefined : await carriedOut();
  const all = report(planned, outcome, { folder: options.folder, name: options.name, url: options.url });
  if (options.report) writeReport(options.report, all);
  print(reportText(all));
  return (outcome?.failed.length ?? 0) === 0;

  async function carriedOut() {
    try {
      const pauses = sleep ? { sleep } : {};
      await client({ url: options.url, token: '', attempts: 1, connections: 2, ...pauses }).send('GET', '/health');
      const token = options.token ?? (await localToken());
      const connected = client({ url: options.url, token, ...pauses });
      return await run(planned, {
        client: connected,
        read: folder.read,
        stage: (name, total) => progress(screen, name, total),
      });
    } catch (error) {
      if (error instanceof Unreachable)
        throw new Mistake(
          `${options.url} does not answer (${error.message}): start the platform with "npm start", or give --url`,
        );
      if (error instanceof Refused) throw new Mistake(error.message);
      throw error;
    }
  }
}

function openFolder(path: string) {
  if (!existsSync(path)) throw new Mistake(`${path}: there is no such folder`);
  if (!statSync(path).isDirectory()) throw new Mistake(`${path}: is a file, not a folder`);
  try {
    return readFolder(path);
  } catch (error) {
    throw new Mistake(`${path}: cannot be read (${(error as Error).message})`);
  }
}

function writeReport(path: string, all: object): void {
  try {
    writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
  } catch (error) {
    throw new Mistake(`--report ${path}: cannot be written (${(error as Error).message})`);
  }
}
