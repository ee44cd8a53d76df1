import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join, relative } from 'node:path';
import { accessTokenFile } from './access-token.ts';
import { collectWhenIdle } from './collect-when-idle.ts';
import type { Settings } from './command-line.ts';
import { inspectorPorts, withInspector } from './inspect.ts';
import { kubeconfigFile } from './kubeconfig.ts';
import { loadOverlay } from './load.ts';
import { type RunningPlatform, startPlatform } from './platform.ts';
import type { PlatformOptions } from './platform-context.ts';
import { noteAddress } from './running-address.ts';
import { withPublicUrl } from './with-public-url.ts';

/**
 * Runs the platform until a signal stops it; exits the process.
 * @param more options without a flag, for programs that inject faults; `isBlog` says by the names of its Services whether the
 * platform has a blog, whose addresses are printed (default: it has)
 * @returns address of the ingress, once the platform is up
 * @throws Error with one line for the user when it does not start
 */
export async function run(
  settings: Settings,
  root: string,
  more: Pick<
    PlatformOptions,
    'stores' | 'accepting' | 'delivering' | 'evaluateMs' | 'rules' | 'alertPolicy' | 'notice'
  > & { isBlog?: (services: readonly string[]) => boolean } = {},
): Promise<string> {
  const started = performance.now();
  const seconds = (since = started) => ((performance.now() - since) / 1_000).toFixed(1);
  const first = !existsSync(join(settings.home, 'secrets'));
  const progress = (line: string, sinceMs?: number) => console.log(`  ${line} (${seconds(sinceMs)} s)`);
  let forgetAddress = () => {};
  const stopping = stopOnSignals(() => {
    forgetAddress();
    console.log('Dormouse has stopped.');
  });
  console.log(first ? 'Dormouse starts for the first time' : 'Dormouse starts');
  const platform = await startPlatform({
    home: settings.home,
    load: async (options) =>
      withPublicUrl(
        withInspector(await loadOverlay(settings.overlay, root, options), settings.inspect),
        settings.publicUrl,
      ),
    inspect: settings.inspect,
    root,
    port: settings.port,
    consolePort: settings.consolePort,
    host: settings.host,
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    accessLog: settings.accessLog,
    sharedCache: settings.sharedCache,
    watch: settings.watch,
    prewarmed: settings.prewarmed,
    verbose: settings.verbose,
    databaseUrl: process.env.DATABASE_URL,
    redisUrl: process.env.REDIS_URL,
    observe: settings.observe,
    alertWebhook: settings.alertWebhook,
    progress,
    print: (line) => console.log(line),
    signal: stopping.signal,
    ...more,
  }).catch((error: unknown) => {
    if (stopping.signal.aborted) {
      console.log('Dormouse has stopped.');
      process.exit(130);
    }
    throw new Error(explain(error as NodeJS.ErrnoException & { port?: number }, settings));
  });
  forgetAddress = noteAddress(settings.home, platform.url);
  stopping.started(platform);
  collectWhenIdle({ requests: () => platform.services().reduce((sum, { requests }) => sum + requests, 0) });
  const isBlog = more.isBlog?.(platform.services().map(({ name }) => name)) ?? true;
  console.log(summary(platform, { ...settings, isBlog }, seconds()));
  setTimeout(flushCompileCache, 1_000).unref();
  return platform.url;
}

interface Shown extends Settings {
  isBlog: boolean;
}

function summary(platform: RunningPlatform, settings: Shown, seconds: string): string {
  const lines = [...addressLines(platform, settings), ...toolLines(platform, settings)];
  const width = Math.max(7, ...lines.map(([label]) => label.length));
  return [
    '',
    `Dormouse is up after ${seconds} s; every function sleeps until it is asked.`,
    '',
    ...lines.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    '',
    settings.isBlog ? '  first administrator: npm run admin -- NAME      stop: Ctrl-C' : '  stop: Ctrl-C',
    '',
  ].join('\n');
}

type Line = readonly [label: string, value: string];

/** Where what runs is found: the blog, or somebody's own Services. */
function addressLines({ url, addresses }: RunningPlatform, { host, publicUrl, isBlog }: Shown): Line[] {
  const open = host === '127.0.0.1' || host === 'localhost' || host === '::1' ? '' : '   open to the network';
  const blog: Line[] = [
    ['sign up', `${publicUrl ?? url}/blog/signup`],
    ['API', `${url}/docs/api`],
  ];
  return [
    [isBlog ? 'blog' : 'ingress', `${url}/${open}`],
    ...(publicUrl ? [['readers', `${publicUrl}/`] as const] : []),
    ...(isBlog ? blog : []),
    ...addresses.map((each): Line => [each.name, each.url]),
  ];
}

function toolLines(platform: RunningPlatform, { home, inspect, sharedCache }: Settings): Line[] {
  const folder = relative(process.cwd(), home) || home;
  return [
    ['console', platform.consoleUrl],
    ...platform.brokerUrls.map((url): Line => ['events', url]),
    ['OTLP', platform.otlpUrl],
    ...[...inspectorPorts(inspect)].map(([name, port]): Line => ['inspect', `${name} on 127.0.0.1:${port}`]),
    ['objects', `kubectl --kubeconfig ${join(folder, kubeconfigFile)} get ksvc,triggers   kn too`],
    ...(sharedCache > 0 ? [['cache', `${sharedCache} MiB of answers for everybody`] as const] : []),
    ['data', folder],
    ['secret', `${join(folder, accessTokenFile)}   for events, telemetry and the console's forms`],
  ];
}

/** One line for a common error, with what to do. */
function explain(error: NodeJS.ErrnoException & { port?: number }, { port, home }: Settings): string {
  if (error.code === 'EADDRINUSE') {
    const [flag, variable] = error.port === port ? ['--port', 'PORT'] : ['--console-port', 'CONSOLE_PORT'];
    return `port ${error.port} is in use (${variable}); choose another one with ${flag}`;
  }
  if (error.code === 'EACCES' && error.syscall === 'listen')
    return `port ${error.port} may not be used by this user; choose another one`;
  if (error.code === 'EADDRNOTAVAIL')
    return `this machine has no address ${(error as { address?: string }).address}; see --host`;
  if ((error.code === 'EEXIST' || error.code === 'ENOTDIR') && error.syscall === 'mkdir')
    return `${home} is no folder and none can be made there; choose another one with --home`;
  if (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM')
    return `${home} cannot be written (${error.path ?? error.message}); choose another folder with --home`;
  return error.message;
}

/** Stops gracefully on the first SIGINT or SIGTERM, immediately on the second; calls `stopped` before a graceful exit. */
function stopOnSignals(stopped: () => void): { signal: AbortSignal; started(platform: RunningPlatform): void } {
  const giveUp = new AbortController();
  let platform: RunningPlatform | undefined;
  let signals = 0;
  const end = (running: RunningPlatform | undefined) =>
    void running?.stop().finally(() => {
      stopped();
      process.exit(0);
    });
  const stop = (signal: NodeJS.Signals) => {
    signals++;
    if (signals > 1) {
      platform?.kill();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    }
    console.log('\nDormouse finishes requests in progress …');
    giveUp.abort();
    end(platform);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  const die = (error: unknown) => {
    console.error(error);
    platform?.kill();
    process.exit(1);
  };
  process.on('uncaughtException', die).on('unhandledRejection', die);
  return {
    signal: giveUp.signal,
    started(running) {
      platform = running;
      if (giveUp.signal.aborted) end(running);
    },
  };
}
