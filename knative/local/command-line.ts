import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Settings {
  help: boolean;
  port: number;
  consolePort: number;
  host: string;
  home: string;
  overlay: string;
  verbose: boolean;
  watch: boolean;
  prewarmed: boolean;
  /** Services that run with an inspector. */
  inspect: readonly string[];
  /** Where telemetry goes on to. */
  observe: string | undefined;
}

export const help = `Runs the whole platform on this machine: ingress, functions, events, database, console.

  npm start -- [options]

  --port N           ingress (default 8080, or PORT)
  --console-port N   console, on loopback only (default 8081, or CONSOLE_PORT)
  --host ADDRESS     where the ingress listens (default 127.0.0.1; 0.0.0.0 opens it to the network)
  --home FOLDER      everything that is kept (default .dormouse, or DORMOUSE_HOME)
  --overlay FOLDER   manifests to run (default knative/overlays/local)
  --observe URL      send telemetry on to an OpenTelemetry Collector, OTLP over HTTP (http://127.0.0.1:4318;
                     default OTEL_EXPORTER_OTLP_ENDPOINT, else nowhere)
  --inspect NAME     run this Service with an inspector on 127.0.0.1:9229: one instance that never sleeps, without
                     liveness probe; again for another one (9230 …)
  --verbose          print every log line of the functions, and what was ignored in the manifests
  --no-watch         do not follow changes of sources and manifests
  --no-prewarm       keep no process ready for the next cold start
  --help

  DATABASE_URL       a PostgreSQL of your own (superuser) instead of the one that comes along
  REDIS_URL          a Redis of your own; else redis-server is used when it is on the PATH

Ctrl-C finishes requests in progress and stops; a second one stops at once. "npm run reset" removes all data.`;

const options = {
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  'console-port': { type: 'string' },
  host: { type: 'string' },
  home: { type: 'string' },
  overlay: { type: 'string' },
  inspect: { type: 'string', multiple: true },
  observe: { type: 'string' },
  verbose: { type: 'boolean' },
  watch: { type: 'boolean' },
  prewarm: { type: 'boolean' },
} as const;

/**
 * Reads flags, and the environment where there is no flag.
 * @param root folder of the project: defaults lie below it
 * @throws Error with one line for the user
 */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv, root: string): Settings {
  const { values } = parse(args);
  return {
    help: values.help ?? false,
    port: portOf(values.port ?? env.PORT, 8080, values.port === undefined ? 'PORT' : '--port'),
    consolePort: portOf(
      values['console-port'] ?? env.CONSOLE_PORT,
      8081,
      values['console-port'] === undefined ? 'CONSOLE_PORT' : '--console-port',
    ),
    host: values.host ?? '127.0.0.1',
    home: resolve(values.home ?? (env.DORMOUSE_HOME || resolve(root, '.dormouse'))),
    overlay: values.overlay ?? resolve(root, 'knative/overlays/local'),
    verbose: values.verbose ?? false,
    watch: values.watch ?? true,
    prewarmed: values.prewarm ?? true,
    inspect: values.inspect ?? [],
    observe: addressOf(
      values.observe ?? env.OTEL_EXPORTER_OTLP_ENDPOINT,
      values.observe === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : '--observe',
    ),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowNegative: true });
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]!.split('\n')[0]}; see --help`);
  }
}

function addressOf(text: string | undefined, name: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new Error(`${name}: ${text} is not an http URL`);
  return text;
}

function portOf(text: string | undefined, fallback: number, name: string): number {
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${name}: ${text} is not a port`);
  return port;
}
