import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isLoopbackHost } from '@dormouse/http/loopback-guard';
import { client, Unreachable } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import { paceOf } from '../pace.ts';
import { progress, type Screen, waiting } from '../progress.ts';
import { isExportedBlog, planExportedBlog } from './exported-blog.ts';
import { fetchPictures } from './fetch-pictures.ts';
import { type Folder, readExportFile, readFolder } from './folder.ts';
import { type Plan, plan } from './plan.ts';
import { report, reportText } from './report.ts';
import { run } from './run.ts';
import { unzipped } from './unzipped.ts';

export interface ImportOptions {
  /** A folder, a zip file, or a file in which WordPress, Blogger or Ghost exported a blog. */
  readonly folder: string;
  readonly url: string;
  readonly token?: string | undefined;
  readonly name: string;
  readonly author: string;
  readonly site?: string | undefined;
  /** File for the whole report. */
  readonly report?: string | undefined;
  readonly dryRun: boolean;
  /** Brings pictures of other hosts in. */
  readonly fetchPictures?: boolean;
  /** Stores pictures even where they may lie in a pod that goes. */
  readonly temporaryPictures?: boolean;
  /** Takes the settings of an exported blog also where the blog has some. */
  readonly settings?: boolean;
  /** Prints the whole report as JSON. */
  readonly json?: boolean;
}

export interface ImportContext {
  /** Where the report goes; progress goes to `screen`. */
  readonly print: (text: string) => void;
  readonly screen: Screen;
  /** A token for the local platform, made when none was given. @throws CommandError */
  readonly localToken: () => Promise<string>;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Whether an address of another host may be asked for a picture; for tests. */
  readonly isPublic?: (address: string) => boolean;
}

/**
 * Imports a folder and reports.
 * @returns whether everything that is an article is in the blog now
 * @throws CommandError in one line: no such folder, nothing listens, token refused
 */
export async function importFolder(options: ImportOptions, context: ImportContext): Promise<boolean> {
  const { folder, close } = await openFolder(options.folder);
  try {
    const planned = planOf(folder, options, context.screen);
    if (!options.fetchPictures || options.dryRun) return await importOpened(planned, folder, options, context);
    const { files, failed, close } = await fetchedFor(planned, context);
    try {
      const read = (path: string) => (files.has(path) ? readFileSync(files.get(path)!) : folder.read(path));
      const withThem = { ...folder, read };
      const again = planOf(withThem, { ...options, fetched: new Set(files.keys()) }, context.screen);
      return await importOpened({ ...again, notes: [...again.notes, ...failed] }, withThem, options, context);
    } finally {
      close();
    }
  } finally {
    close();
  }
}

/** Pictures of other hosts that the articles show. */
function fetchedFor({ posts }: Plan, { screen, isPublic }: ImportContext) {
  const addresses = [...new Set(posts.flatMap((post) => post.render().foreign))];
  const step = progress(screen, 'pictures of other hosts', addresses.length);
  return fetchPictures(addresses, { step, ...(isPublic ? { isPublic } : {}) });
}

async function importOpened(
  planned: Plan,
  folder: Folder,
  options: ImportOptions,
  { print, screen, localToken, sleep }: ImportContext,
): Promise<boolean> {
  if (planned.posts.length === 0 && planned.settings === undefined)
    throw new CommandError(
      `${options.folder}: there is no article in it (${planned.skipped.length + planned.asides.length} files are none)`,
    );
  if (!options.dryRun) demandPlaceForPictures(options, planned.pictures.size);
  const outcome = options.dryRun ? undefined : await carriedOut();
  const all = report(planned, outcome, { folder: options.folder, name: options.name, url: options.url });
  if (options.report) writeReport(options.report, all);
  print(options.json ? JSON.stringify(all, null, 2) : reportText(all));
  return planned.skipped.length === 0 && (outcome?.failed.length ?? 0) === 0;

  async function carriedOut() {
    try {
      const pauses = sleep ? { sleep } : {};
      await client({ url: options.url, token: '', attempts: 1, connections: 2, ...pauses }).send('GET', '/health');
      const token = options.token ?? (await localToken());
      const connected = client({
        url: options.url,
        token,
        pace: paceOf(mostAtOnce),
        onWait: waiting(screen),
        ...pauses,
      });
      return await run(planned, {
        client: connected,
        read: folder.read,
        stage: (name, total) => progress(screen, name, total),
        replaceSettings: options.settings ?? false,
      });
    } catch (error) {
      if (error instanceof Unreachable)
        throw new CommandError(
          error.hasAnswered
            ? `${options.url} does not answer any more (${error.message}); what came in stays, and the same command goes on from there`
            : `${options.url} does not answer (${error.message}): start the platform with "npm start", or give --url`,
        );
      throw error;
    }
  }
}

/** On a cluster pictures lie in an emptyDir of web's pod. @throws CommandError */
function demandPlaceForPictures({ url, temporaryPictures }: ImportOptions, pictures: number): void {
  if (pictures === 0 || temporaryPictures || isLoopbackHost(new URL(url).host)) return;
  throw new CommandError(
    `the articles show ${pictures} picture${pictures === 1 ? '' : 's'}, and a cluster keeps pictures only until web's pod goes, at the latest when it sleeps ` +
      `(docs/how-to/production.md, Pictures). --temporary-pictures imports all the same; a platform of "npm start" keeps them`,
  );
}

/** @throws CommandError for a blog that a later version exported */
function planOf(folder: Folder, options: ImportOptions & { fetched?: ReadonlySet<string> }, screen: Screen): Plan {
  const stage = (name: string, total: number) => (total < many ? () => {} : progress(screen, name, total));
  if (!isExportedBlog(folder)) return plan(folder, { ...options, stage });
  try {
    return planExportedBlog(folder, options);
  } catch (error) {
    throw new CommandError(`${options.folder}: ${(error as Error).message}`);
  }
}

/** Requests under way; fewer while the platform is busy. */
const mostAtOnce = 8;

/** From how many articles on it takes long to read them. */
const many = 200;

async function openFolder(path: string): Promise<{ folder: Folder; close: () => void }> {
  if (!existsSync(path)) throw new CommandError(`${path}: there is no such folder or file`);
  const isFolder = statSync(path).isDirectory();
  if (!isFolder && !/\.(?:xml|wxr|atom|json|zip)$/i.test(path))
    throw new CommandError(
      `${path}: is neither a folder nor a zip file nor an export of WordPress or Blogger (.xml, .atom) or Ghost (.json)`,
    );
  if (!isFolder && /\.zip$/i.test(path)) {
    const unpacked = await unzipped(path);
    return { folder: readFolder(unpacked.folder), close: unpacked.close };
  }
  try {
    return { folder: isFolder ? readFolder(path) : readExportFile(path), close: () => {} };
  } catch (error) {
    throw new CommandError(`${path}: cannot be read (${(error as Error).message})`);
  }
}

function writeReport(path: string, all: object): void {
  try {
    writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
  } catch (error) {
    throw new CommandError(`--report ${path}: cannot be written (${(error as Error).message})`);
  }
}
