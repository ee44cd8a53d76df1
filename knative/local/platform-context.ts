import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { BlockList } from 'node:net';
import { join, resolve } from 'node:path';
import type { Brokers, BrokersOptions } from '@dormouse/eventing/broker';
import type { JobSinks } from '@dormouse/eventing/job-sinks';
import type { Store } from '@dormouse/eventing/log/store';
import { type Births, births } from '@dormouse/kubernetes-api/births';
import { type WrittenObjects, writtenObjects } from '@dormouse/kubernetes-api/written-objects';
import type { Source } from '@dormouse/manifests/source';
import type { SharedCache } from '@dormouse/serving/cache/shared-cache';
import { createOutputs, type Outputs } from '@dormouse/serving/process/instance-output';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Services } from '@dormouse/serving/services';
import type { AccessLog } from '@dormouse/signals/access-log';
import type { Received } from '@dormouse/telemetry/otlp/otlp-receiver';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { type TelemetryFiles, telemetryFiles } from '@dormouse/telemetry/telemetry-files';
import { accessToken } from './access-token.ts';
import { writtenFolder } from './diff-written.ts';
import { lockHome } from './home-lock.ts';
import { markHome } from './home-marker.ts';
import type { LoadOptions } from './load.ts';
import { forgetRestore } from './restore-note.ts';
import { withPurgeUrl } from './with-purge-url.ts';

export interface PlatformOptions {
  /** DORMOUSE_HOME: folder of all persistent data. */
  home: string;
  /** Reads the manifests; called again when one of their files changes. */
  load: (options?: LoadOptions) => Promise<Source>;
  /** Root folder of the programs; default: the project's. */
  root?: string;
  /** 0 = any free port. */
  port?: number;
  consolePort?: number;
  /** Address of the ingress listener; default 127.0.0.1. */
  host?: string;
  /** Where readers find the site; kept in `home` for the commands that print links. */
  publicUrl?: string | undefined;
  /** Peers of the ingress that say who their clients are. */
  trustedProxies?: BlockList | undefined;
  /** Which requests the ingress writes lines of; default: none. */
  accessLog?: AccessLog | undefined;
  /** Memory for answers that the ingress keeps, MiB; default 0: none. */
  sharedCache?: number;
  watch?: boolean;
  prewarmed?: boolean;
  verbose?: boolean;
  /** DATABASE_URL and REDIS_URL. */
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  /** Services that run with an inspector. */
  inspect?: readonly string[];
  /** URL of an OTLP/HTTP receiver to which all telemetry is forwarded. */
  observe?: string | undefined;
  /** URL that is told of alerts, in the format of Alertmanager's webhook. */
  alertWebhook?: string | undefined;
  /**
   * Prints lines for the user: `progress` the steps of the start, `print` the functions' output. A step that began later than
   * the start says when, by performance.now().
   */
  progress?: (line: string, sinceMs?: number) => void;
  print?: (line: string) => void;
  /** Aborts the start. */
  signal?: AbortSignal;
  /** Interval of the autoscaler, ms. */
  tickMs?: number;
  /** Interval at which the platform adds its own numbers to the telemetry, ms. */
  measureMs?: number;
  /** Interval at which rules are evaluated, ms. */
  evaluateMs?: number;
  /** Folder of the rules, and Alertmanager's configuration; default: the project's. */
  rules?: string;
  alertPolicy?: string;
  /** What the console says on every page. */
  notice?: () => string | undefined;
  /** Opens the store of a broker's folder; default: the real disk. */
  stores?: (folder: string) => Store;
  /** Stands between the brokers' ingress and their logs; default: nothing. */
  accepting?: BrokersOptions['accepting'];
  /** Stands between the brokers and their consumers; default: nothing. */
  delivering?: (upstream: Upstream) => Upstream;
}

/** State that every step of the start shares. */
export interface PlatformContext extends Omit<PlatformOptions, 'root' | 'host' | 'progress'> {
  root: string;
  host: string;
  progress: (line: string, sinceMs?: number) => void;
  cleanup: AsyncDisposableStack;
  telemetry: Telemetry;
  kept: TelemetryFiles;
  /** Forwards telemetry, if `observe` is set. */
  received: Received | undefined;
  outputs: Outputs;
  /** Of the ingress. */
  cache: SharedCache | undefined;
  /** Wanted from whoever changes something through a loopback port. */
  accessToken: string;
  /** When each Trigger was first there. */
  createdAt: Births;
  /** What was written through the Kubernetes API. */
  written: WrittenObjects;
  /** When other objects of the Kubernetes API were first there. */
  births: Births;
  /** The manifests in use; a reload replaces them. */
  source: Source;
  /** Those that run: a reload replaces them at its end. */
  running: Source;
  /** Why the last change of them could not be applied. */
  failure: string | undefined;
  /** Reads what was written anew; undefined until everything is up. */
  rewritten: (() => void) | undefined;
  /** Everything is up. */
  ready: boolean;
  services: Services | undefined;
  brokers: Brokers | undefined;
  jobSinks: JobSinks | undefined;
}

const projectRoot = resolve(import.meta.dirname, '../..');

/** Locks the home folder and reads the manifests. */
export async function prepare(options: PlatformOptions, cleanup: AsyncDisposableStack): Promise<PlatformContext> {
  const { root = projectRoot, host = '127.0.0.1', progress = () => {}, print = () => {}, verbose = false } = options;
  const home = resolve(options.home);
  mkdirSync(home, { recursive: true });
  cleanup.defer(lockHome(home));
  forgetRestore(home);
  markHome(home);
  for (const name of ['build', 'events', 'volumes']) mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  chmodSync(join(home, 'events'), 0o700);
  writeFileSync(join(home, 'public-url'), options.publicUrl ?? '');
  const telemetry = new Telemetry();
  const outputs = createOutputs({ telemetry, print, level: verbose ? 'debug' : 'info' });
  const kept = telemetryFiles({
    folder: join(home, 'telemetry'),
    telemetry,
    say: (line) => outputs.say(line, 'error'),
  });
  cleanup.defer(() => kept.close());
  const received = await observed(options.observe, telemetry, outputs, cleanup);
  const written = writtenObjects(writtenFolder(home));
  const cache = await sharedCache(options.sharedCache);
  const load: typeof options.load = async (which) =>
    cache ? withPurgeUrl(await options.load(which)) : options.load(which);
  const source = await load({ written: written.all() });
  if (source.note) progress(source.note);
  return {
    ...options,
    load,
    cache,
    root,
    host,
    progress,
    home,
    cleanup,
    telemetry,
    kept,
    received,
    outputs,
    accessToken: accessToken(home),
    createdAt: births(join(home, 'triggers.json')),
    births: births(join(home, 'objects.json')),
    source,
    running: source,
    written,
    failure: undefined,
    rewritten: undefined,
    ready: false,
    services: undefined,
    brokers: undefined,
    jobSinks: undefined,
  };
}

/** Its packages are loaded by those who want it. */
async function sharedCache(mebibytes = 0): Promise<SharedCache | undefined> {
  if (mebibytes === 0) return undefined;
  const { SharedCache } = await import('@dormouse/serving/cache/shared-cache');
  return new SharedCache(mebibytes * 2 ** 20);
}

async function observed(
  url: string | undefined,
  telemetry: Telemetry,
  outputs: Outputs,
  cleanup: AsyncDisposableStack,
): Promise<Received | undefined> {
  if (!url) return undefined;
  const { forward } = await import('@dormouse/telemetry/otlp/otlp-forwarder');
  const sender = forward({ url, telemetry, say: (line) => outputs.say(line) });
  cleanup.defer(() => sender.close());
  return sender.received;
}

/** Finds the Services once they are started. */
export const targetOf = (context: PlatformContext) => (name: string, namespace: string) =>
  context.services?.find(name, namespace);
