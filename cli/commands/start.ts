import { statSync } from 'node:fs';
import type { GivenSettings } from '@dormouse/local/command-line';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { serviceNames } from '../names.ts';
import {
  argument,
  flag,
  httpAddress,
  httpUrl,
  network,
  onFlag,
  option,
  port,
  publicUrl,
  wholeNumber,
} from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

/** Whether there is a blog among the Services, or only somebody's own. */
const isBlog = (services: readonly string[]): boolean =>
  ['auth', 'posts', 'web'].every((name) => services.includes(name));

type Flags = Omit<GivenSettings, 'prewarmed' | 'watch'> & { watch: boolean; prewarm: boolean; spare: boolean };

/** `dormouse start`, which is `npm start`. */
export const start = buildCommand({
  docs: {
    brief: 'Runs the whole platform on this machine',
    fullDescription: [
      'Runs the whole platform on this machine: ingress, functions, events, database, console.',
      '',
      'DATABASE_URL names a PostgreSQL of your own (superuser) instead of the one that comes with the packages.',
      'REDIS_URL names a Redis of your own, used as that user by all functions; otherwise redis-server is used if it is on the',
      'PATH, with a user for each function.',
      '',
      'Ctrl-C completes the requests in flight and stops everything; a second Ctrl-C stops it at once.',
      '"dormouse reset" deletes all data.',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          ...argument(
            'FOLDER',
            'Manifests to run, with or without a kustomization.yaml (default: knative/overlays/local)',
          ),
          optional: true,
        },
      ],
    },
    flags: {
      port: option('N', 'Port of the ingress (default: PORT, or 8080)', port),
      consolePort: option('N', 'Port of the console, on loopback only (default: CONSOLE_PORT, or 8081)', port),
      host: option('ADDRESS', 'Where the ingress listens (default: 127.0.0.1; 0.0.0.0 opens it to the network)'),
      publicUrl: option(
        'URL',
        'Where readers find the blog, e.g. https://blog.example behind a proxy (default: PUBLIC_URL, or as each request says)',
        publicUrl,
      ),
      trustProxy: {
        ...option(
          'NETWORK',
          'Proxies that say who their clients are, e.g. 127.0.0.1/8; several with commas (default: TRUST_PROXY, or none)',
          network,
        ),
        variadic: ',',
      },
      accessLog: {
        kind: 'enum',
        values: ['none', 'refusals', 'all'],
        optional: true,
        placeholder: 'WHICH',
        brief: 'Log requests at the ingress: each 401, 403 and 429, or all (default: ACCESS_LOG, or none)',
      },
      sharedCache: option(
        'MIB',
        'Keep answers for everybody in so much memory of the ingress, as a CDN would: 32, for example (default: SHARED_CACHE, or 0: none)',
        wholeNumber(0, 4096),
      ),
      home: option('FOLDER', 'Where all data is kept (default: DORMOUSE_HOME, or .dormouse)'),
      overlay: option('FOLDER', 'Same as FOLDER'),
      observe: option(
        'URL',
        'Forward telemetry to an OpenTelemetry Collector, OTLP over HTTP (default: OTEL_EXPORTER_OTLP_ENDPOINT, or nowhere)',
        httpAddress,
      ),
      alertWebhook: option(
        'URL',
        "Post alerts there when they begin and when they end, as Alertmanager's webhooks do (default: ALERT_WEBHOOK, or nobody)",
        httpUrl,
      ),
      inspect: {
        ...option(
          'NAME',
          'Run this Service with an inspector on 127.0.0.1:9229: one instance that never sleeps, without liveness probe; again for another one (9230 …)',
        ),
        variadic: true,
        proposeCompletions: serviceNames,
      },
      verbose: flag('Print every log line of the functions, and what was ignored in the manifests'),
      watch: onFlag('Restart functions when their sources or manifests change'),
      prewarm: onFlag('Keep a prewarmed process for the next cold start'),
      // The former name of --no-prewarm.
      spare: { ...onFlag('Same as --prewarm'), hidden: true },
    },
  },
  async loader() {
    const [{ readSettings }, { run }, { unknownService }, { loadOverlay }, { setupLink }, { isSetUpIn, setUpNotice }] =
      await Promise.all([
        import('@dormouse/local/command-line'),
        import('@dormouse/local/run'),
        import('@dormouse/local/inspect'),
        import('@dormouse/local/load'),
        import('./setup-link.ts'),
        import('./set-up-notice.ts'),
      ]);
    return async function runPlatform(this: Context, { prewarm, spare, ...flags }: Flags, folder?: string) {
      if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new UsageError(`${folder}: there is no such folder`);
      const given = { ...flags, overlay: folder ?? flags.overlay };
      const settings = readSettings({ ...given, prewarmed: prewarm && spare }, this.env, this.root, publicUrl);
      if (settings.inspect.length > 0) {
        const wrong = unknownService(await loadOverlay(settings.overlay, this.root), settings.inspect);
        if (wrong) throw new UsageError(wrong);
      }
      const notice = setUpNotice(() => isSetUpIn(settings.home));
      const address = await run(settings, this.root, { notice, isBlog });
      const link = await setupLink({ home: settings.home, url: settings.publicUrl ?? address });
      if (link)
        this.terminal.print(
          `  This blog was never set up: anybody may be able to register and write. This link, which works once, gives it\n  a name and its first administrator:\n\n  set up   ${link}\n`,
        );
    };
  },
});
