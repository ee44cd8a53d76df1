import type { BlockList } from 'node:net';
import { resolve } from 'node:path';
import { type AccessLog, readAccessLog } from '@dormouse/signals/access-log';
import { parsePort } from './port.ts';
import { trustedProxies } from './trusted-proxies.ts';

export interface Settings {
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
  /** Who is told of alerts. */
  alertWebhook: string | undefined;
  /** Where readers find the site, `https://blog.example`. */
  publicUrl: string | undefined;
  /** Peers of the ingress that say who their clients are. */
  trustedProxies: BlockList | undefined;
  /** Which requests the ingress writes lines of. */
  accessLog: AccessLog;
  /** Memory for answers that the ingress keeps, MiB; 0 for none. */
  sharedCache: number;
}

/** MiB */
export const maxSharedCache = 4096;

/** What a command line may say; the environment and the defaults say the rest. */
export type GivenSettings = {
  readonly [Name in Exclude<keyof Settings, 'trustedProxies' | 'accessLog'>]?: Settings[Name] | undefined;
} & {
  /** Addresses and networks. */
  readonly trustProxy?: readonly string[] | undefined;
  readonly accessLog?: AccessLog['requests'] | undefined;
};

/**
 * What was given, the environment where nothing was given, and the defaults.
 * @param root folder of the project: defaults lie below it
 * @param parsePublicUrl what functions read PUBLIC_URL with
 * @throws Error with one line for the user
 */
export function readSettings(
  given: GivenSettings,
  env: Readonly<NodeJS.ProcessEnv>,
  root: string,
  parsePublicUrl: (text: string) => string,
): Settings {
  return {
    port: given.port ?? portOf('PORT', env.PORT, 8080),
    consolePort: given.consolePort ?? portOf('CONSOLE_PORT', env.CONSOLE_PORT, 8081),
    host: given.host ?? '127.0.0.1',
    home: resolve(given.home ?? (env.DORMOUSE_HOME || resolve(root, '.dormouse'))),
    overlay: given.overlay ?? resolve(root, 'knative/overlays/local'),
    verbose: given.verbose ?? false,
    watch: given.watch ?? true,
    prewarmed: given.prewarmed ?? true,
    inspect: given.inspect ?? [],
    observe: given.observe ?? addressOf('OTEL_EXPORTER_OTLP_ENDPOINT', env.OTEL_EXPORTER_OTLP_ENDPOINT),
    alertWebhook: given.alertWebhook ?? addressOf('ALERT_WEBHOOK', env.ALERT_WEBHOOK),
    publicUrl: given.publicUrl ?? naming('PUBLIC_URL', () => env.PUBLIC_URL && parsePublicUrl(env.PUBLIC_URL)),
    trustedProxies: given.trustProxy?.length
      ? trustedProxies(given.trustProxy)
      : naming('TRUST_PROXY', () => trustedProxies(listOf(env.TRUST_PROXY))),
    accessLog: readAccessLog(given.accessLog ? { ...env, ACCESS_LOG: given.accessLog } : env),
    sharedCache: given.sharedCache ?? mebibytesOf('SHARED_CACHE', env.SHARED_CACHE),
  };
}

/** A setting from the environment; what is wrong with it is said with its name. */
function naming<T>(name: string, read: () => T | undefined | ''): T | undefined {
  try {
    return read() || undefined;
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** The parts of a list with commas. */
const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function addressOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new Error(`${name}: ${text} is not an http URL`);
  return text;
}

function mebibytesOf(name: string, text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,4}$/.test(text) || Number(text) > maxSharedCache)
    throw new Error(`${name}: ${text} is not a whole number from 0 to ${maxSharedCache}`);
  return Number(text);
}

function portOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback;
  const port = parsePort(text);
  if (port === undefined) throw new Error(`${name}: ${text} is not a port`);
  return port;
}
