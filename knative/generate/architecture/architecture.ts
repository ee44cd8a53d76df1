import { join } from 'node:path';
import type { EventContract } from '@dormouse/events/contract';
import { compileFilters } from '@dormouse/filters/filter';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Destination, HttpRoute, Platform, StringMatch } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { type DeployedFunction, readFunctions } from '../read-functions.ts';

/** What the base manifests and the catalogue of events say about the system, as far as it is drawn. */
export interface Architecture {
  functions: readonly DrawnFunction[];
  events: readonly DrawnEvent[];
  triggers: readonly DrawnTrigger[];
  routes: readonly DrawnRoute[];
  /** PingSources: what is woken when. */
  ticks: readonly { name: string; schedule: string; target: string }[];
  /** Function and path that get what cannot be delivered. */
  deadLetters: { target: string; path: string } | undefined;
}

export interface DrawnFunction {
  name: string;
  kind: DeployedFunction['kind'];
  /** Functions that it asks. */
  calls: readonly string[];
  /** Stores to which it has an account, by their Secrets. */
  stores: readonly ('PostgreSQL' | 'Redis')[];
  /** Types of its events. */
  emits: readonly string[];
}

export interface DrawnEvent {
  type: string;
  /** The function that emits it. */
  source: string;
  /** When, in a sentence. */
  emitted: string;
}

export interface DrawnTrigger {
  name: string;
  target: string;
  path: string;
  /** Types of the catalogue that its filters let through. */
  types: readonly string[];
  /** It has no filters. */
  takesAll: boolean;
}

export interface DrawnRoute {
  name: string;
  /** A prefix ends with `*`; a regular expression stands between `^` and `$`. */
  path: string;
  /** `any` for every other method than the ones above it. */
  methods: string;
  /** A function, or the status with which the gateway itself answers. */
  target: string | number;
  timeoutMs: number | undefined;
  retries: number;
}

/** Reads the base manifests below `root`. @throws Error naming file and line if they cannot be read */
export function readArchitecture(root: string, catalogue: readonly EventContract[]): Architecture {
  const platform = readPlatform(render(join(root, 'knative/base')));
  const { functions } = readFunctions(root, catalogue);
  return {
    functions: functions.map((each) => drawnFunction(each, platform, catalogue)),
    events: catalogue.map(({ type, source, emitted }) => ({ type, source: source.slice(1), emitted })),
    triggers: platform.triggers.map(({ name, filters, subscriber }) => ({
      name,
      ...receiverOf(subscriber),
      types: typesThrough(compileFilters(filters), catalogue),
      takesAll: filters.length === 0,
    })),
    routes: platform.virtualHosts.flatMap(({ routes }) => routes.flatMap(drawnRoutes)),
    ticks: platform.pingSources.map(({ name, schedule, sink }) => ({
      name,
      schedule,
      target: receiverOf(sink).target,
    })),
    deadLetters: platform.brokers.flatMap(({ delivery }) => delivery.deadLetterSink ?? []).map(receiverOf)[0],
  };
}

function drawnFunction(
  { name, kind, calls }: DeployedFunction,
  platform: Platform,
  catalogue: readonly EventContract[],
) {
  const { services, jobs } = platform;
  const containers = [...services, ...jobs].filter((each) => each.name === name).map(({ container }) => container);
  const secrets = containers.flatMap(({ env }) => env.flatMap((each) => ('from' in each ? [each.from] : [])));
  const stores = [
    ['PostgreSQL', `${name}-database`],
    ['Redis', `${name}-redis`],
  ] as const;
  return {
    name,
    kind,
    calls,
    stores: stores.filter(([, secret]) => secrets.includes(secret)).map(([store]) => store),
    emits: catalogue.filter(({ source }) => source === `/${name}`).map(({ type }) => type),
  };
}

const typesThrough = (matches: ReturnType<typeof compileFilters>, catalogue: readonly EventContract[]) =>
  catalogue.filter(({ type, source }) => matches({ specversion: '1.0', type, source })).map(({ type }) => type);

function receiverOf(destination: Destination): { target: string; path: string } {
  if (destination.kind === 'url') return { target: destination.url, path: '' };
  return { target: destination.name, path: destination.kind === 'service' ? destination.path : '' };
}

function drawnRoutes({ name, match, action, timeoutMs, retries }: HttpRoute): DrawnRoute[] {
  const target = action.kind === 'route' ? action.destinations[0]?.service : action.status;
  const matches = match.length > 0 ? match : [{ uri: undefined, method: undefined }];
  return matches.map(({ uri, method }) => ({
    name: name ?? '',
    path: uri ? pathOf(uri) : '/*',
    methods: method?.value.replaceAll('|', ', ') ?? 'any',
    target: target ?? '',
    timeoutMs: action.kind === 'route' ? timeoutMs : undefined,
    retries: retries?.attempts ?? 0,
  }));
}

function pathOf({ kind, value }: StringMatch): string {
  if (kind === 'regex') return `^${value}$`;
  return kind === 'prefix' ? `${value}*` : value;
}
