import { join } from 'node:path';
import { type Database, openDatabase } from '@dormouse/backing/database';
import { type Redis, startRedis } from '@dormouse/backing/redis';
import type { Source } from '@dormouse/manifests/source';
import { type Builder, type Bundle, createBuilder } from '@dormouse/serving/process/bundle';
import type { Outputs } from '@dormouse/serving/process/instance-output';
import { buildAll } from '@dormouse/serving/process/programs';
import { buildWritten } from './build-written.ts';
import type { PlatformOptions } from './platform-context.ts';

/** Database, cache and built programs: what functions need before they can run. */
export interface BackingServices {
  builder: Builder;
  /** Entry point of every instance's process. */
  launcher: string;
  /** Builds of the modules that functions share. */
  preloaded: readonly string[];
  bundles: Map<string, Bundle>;
  /** The source without what has no program. */
  source: Source;
  database: Database | undefined;
  redis: Redis | undefined;
}

export interface BackingServicesOptions extends Pick<PlatformOptions, 'databaseUrl' | 'redisUrl' | 'signal'> {
  home: string;
  root: string;
  source: Source;
  outputs: Outputs;
  progress: (line: string) => void;
  cleanup: AsyncDisposableStack;
}

/** What nearly every function loads and what takes longest to load; neither reads anything of the environment that a function sets. */
const shared = ['ioredis.ts', 'postgres.ts'].map((name) => join(import.meta.dirname, '../../functions/_runtime', name));

/** Starts database and cache if a secret needs them, and builds every program in parallel. @throws the first error, after all have settled */
export async function startBackingServices({
  home,
  root,
  source,
  outputs,
  progress,
  cleanup,
  databaseUrl,
  redisUrl,
  signal,
}: BackingServicesOptions): Promise<BackingServices> {
  const builder = createBuilder({ folder: join(home, 'build'), root, shared });
  cleanup.defer(() => builder.rest());
  const wanted = new Set([...source.localConfig.secrets.values()].map(({ kind }) => kind));
  const say = (line: string) => outputs.say(line, 'error');
  const started = await settle([
    wanted.has('database')
      ? openDatabase({ home: join(home, 'postgres'), url: databaseUrl, progress, say })
      : undefined,
    wanted.has('redis') ? startRedis({ home, url: redisUrl, say }) : undefined,
    buildWritten(source, undefined, (each) => buildAll(each, builder, root, progress)),
    builder.build(join(import.meta.dirname, 'serving/process/launcher.ts')),
  ] as const);
  const [database, redis] = [value(started[0]), value(started[1])];
  if (redis) cleanup.defer(() => redis.stop());
  if (database) cleanup.defer(() => database.stop());
  for (const each of started) if (each.status === 'rejected') throw each.reason;
  signal?.throwIfAborted();
  const built = value(started[2])!;
  const used = shared.filter((module) => [...built.bundles.values()].some(({ inputs }) => inputs.includes(module)));
  const preloaded = (await Promise.all(used.map((module) => builder.build(module)))).map(({ entry }) => entry);
  return { builder, launcher: value(started[3])!.entry, preloaded, ...built, database, redis };
}

type Settled<T> = { [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> };
const settle = <T extends readonly unknown[]>(all: T) => Promise.allSettled(all) as Promise<Settled<T>>;
const value = <T>(settled: PromiseSettledResult<T>): T | undefined =>
  settled.status === 'fulfilled' ? settled.value : undefined;
