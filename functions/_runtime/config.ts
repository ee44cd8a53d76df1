import { randomBytes } from 'node:crypto';
import { type AccessLog, readAccessLog } from '@dormouse/signals/access-log';
import { parsePublicUrl } from './public-url.ts';
import { type PurgeForm, purgeForms } from './surrogate-keys.ts';
import { readTelemetry, type TelemetryConfig } from './telemetry-config.ts';

/** The environment's configuration of a function; read once, frozen. Addresses are absolute URLs without a trailing slash. */
export interface Config {
  /** Name of the Knative Service (K_SERVICE); the function's name. */
  readonly service: string;
  readonly revision: string;
  readonly configuration: string;
  /** The pod's name where there is one (HOSTNAME). */
  readonly pod?: string;
  /** This process: the pod's name or the revision's, and a part that no other process has, nor the next one in the same pod. */
  readonly instance: string;
  readonly port: number;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Where events are sent (K_SINK): the Broker's address. */
  readonly sink?: string;
  readonly jwksUrl?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly telemetry: TelemetryConfig;
  /** When this process began to become the function, in milliseconds since 1970: STARTED_AT where it had been started ahead. */
  readonly startedMs: number;
  readonly logLevel: string;
  /** Which requests are lines of the access log (ACCESS_LOG, ACCESS_LOG_ADDRESS). */
  readonly accessLog: AccessLog;
  readonly environment: string;
  readonly version: string;
  /** Lower-case header that carries the client's real address; only the ingress sets it. */
  readonly clientAddressHeader: string;
  /** Secret by which the ingress proves that the header is its own (CLIENT_PROOF); without it the header is believed. */
  readonly clientProof?: string;
  /** File with the token that shows the Broker who sends (SINK_TOKEN_FILE). */
  readonly sinkTokenFile?: string;
  /** JWK Set of the private keys that this function signs events with (EVENT_SIGNING_KEYS). */
  readonly eventSigningKeys?: string;
  /** JWK Set of the public keys of all producers of events (EVENT_KEYS). */
  readonly eventKeys?: string;
  /** Whether events without a signature are taken (EVENT_SIGNATURES=optional): while those of an older release are still under way. */
  readonly takesUnsignedEvents: boolean;
  /** Where readers find the site (PUBLIC_URL), `https://blog.example`; absent where only the request tells. */
  readonly publicUrl?: string;
  /** Where a shared cache in front of the site is told of what has changed (PURGE_URL); web tells it. */
  readonly purgeUrl?: string;
  /** How that is done (PURGE_FORM); there with `purgeUrl`. */
  readonly purgeForm?: PurgeForm;
  /** Every `<NAME>_URL` that names another function, by name in lower case: AUTH_URL → `urls.auth`. */
  readonly urls: Readonly<Record<string, string>>;
}

type Environment = Record<string, string | undefined>;

const notFunctions = new Set([
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'REDIS_URL',
  'JWKS_URL',
  'PUBLIC_URL',
  'PURGE_URL',
  'SMTP_URL',
]);

/**
 * The environment as a typed value.
 * @param service the function's name where Knative does not give one (K_SERVICE).
 * @throws Error naming the variable that is missing or cannot be read.
 */
export function readConfig(env: Environment = process.env, service?: string): Config {
  const name = env.K_SERVICE || service || demand(env, 'K_SERVICE');
  const pod = env.K_REVISION && env.HOSTNAME?.startsWith(env.K_REVISION) ? env.HOSTNAME : undefined;
  return Object.freeze({
    service: name,
    revision: env.K_REVISION || `${name}-00001`,
    configuration: env.K_CONFIGURATION || name,
    ...optional('pod', pod),
    instance: `${pod ?? (env.K_REVISION || name)}-${randomBytes(4).toString('hex')}`,
    port: port(env.PORT || '8080'),
    ...optional('databaseUrl', env.DATABASE_URL),
    ...optional('redisUrl', env.REDIS_URL),
    ...optional('sink', address(env, 'K_SINK')),
    ...optional('jwksUrl', address(env, 'JWKS_URL')),
    issuer: env.ISSUER || 'https://dormouse.dev',
    audience: env.AUDIENCE || 'dormouse',
    telemetry: readTelemetry(env, name),
    startedMs: Number(env.STARTED_AT) || performance.timeOrigin,
    logLevel: env.LOG_LEVEL || 'info',
    accessLog: readAccessLog(env),
    environment: env.ENVIRONMENT || 'local',
    version: env.VERSION || '0.1.0',
    clientAddressHeader: (env.CLIENT_ADDRESS_HEADER || 'x-client-address').toLowerCase(),
    ...optional('clientProof', env.CLIENT_PROOF),
    ...optional('sinkTokenFile', env.SINK_TOKEN_FILE),
    ...optional('eventSigningKeys', env.EVENT_SIGNING_KEYS),
    ...optional('eventKeys', env.EVENT_KEYS),
    takesUnsignedEvents: takesUnsigned(env.EVENT_SIGNATURES || 'required'),
    ...optional('publicUrl', publicUrl(env)),
    ...purge(env),
    urls: Object.freeze(functionUrls(env)),
  });
}

/**
 * A function's own variable; call it at start only, in main.ts.
 * @throws Error naming the variable when it is neither set nor given a fallback.
 */
export function variable(name: string, fallback?: string): string {
  const value = process.env[name] || fallback;
  if (value === undefined) throw new Error(`the environment variable ${name} is missing`);
  return value;
}

function demand(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the environment variable ${name} is missing`);
  return value;
}

function address(env: Environment, name: string): string | undefined {
  const value = env[name];
  if (!value) return undefined;
  if (!URL.canParse(value)) throw new Error(`the environment variable ${name} is not a URL`);
  return value.replace(/\/+$/, '');
}

function publicUrl({ PUBLIC_URL: value }: Environment): string | undefined {
  try {
    return value ? parsePublicUrl(value) : undefined;
  } catch (error) {
    throw new Error(`the environment variable PUBLIC_URL: ${(error as Error).message}`, { cause: error });
  }
}

function purge(env: Environment): Pick<Config, 'purgeUrl' | 'purgeForm'> {
  const purgeUrl = address(env, 'PURGE_URL');
  const form = env.PURGE_FORM || 'surrogate-key';
  if (!purgeForms.includes(form as PurgeForm))
    throw new Error(`the environment variable PURGE_FORM is none of ${purgeForms.join(', ')}`);
  return purgeUrl ? { purgeUrl, purgeForm: form as PurgeForm } : {};
}

function takesUnsigned(setting: string): boolean {
  if (setting !== 'required' && setting !== 'optional')
    throw new Error('the environment variable EVENT_SIGNATURES is neither required nor optional');
  return setting === 'optional';
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new Error('the environment variable PORT is not a port');
  return value;
}

const optional = <K extends string>(name: K, value: string | undefined): { [P in K]?: string } =>
  value ? ({ [name]: value } as { [P in K]: string }) : {};

function functionUrls(env: Environment): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const name of Object.keys(env)) {
    if (!/^[A-Z][A-Z0-9]*_URL$/.test(name) || notFunctions.has(name)) continue;
    const value = env[name];
    if (value && URL.canParse(value)) urls[name.slice(0, -4).toLowerCase()] = value.replace(/\/+$/, '');
  }
  return urls;
}
