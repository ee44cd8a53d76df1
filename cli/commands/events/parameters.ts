import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import type { Options } from '../../events/options.ts';
import { timestamp } from '../../events/timestamp.ts';
import { flag, httpAddress, option } from '../../parameters.ts';

/** Where the platform is; nothing is needed beside a running `npm start`. */
export const endpoints = {
  url: option('URL', "The platform's ingress (default: http://127.0.0.1:PORT, PORT is 8080)", httpAddress),
  console: option('URL', 'Its console (default: http://127.0.0.1:CONSOLE_PORT, CONSOLE_PORT is 8081)', httpAddress),
  broker: option('URL', 'The Broker (default: the one that the console names)', httpAddress),
  token: option(
    'TOKEN',
    "An operator's access token (default: signed with the keys of the local platform, DORMOUSE_HOME/secrets/auth-keys)",
  ),
  json: flag('Print JSON for programs; one value a line where there is no end'),
};

const time = (input: string) => timestamp(input);

/** What narrows a list of dead letters. */
export const filters = {
  trigger: option('NAME', 'Only those of one trigger'),
  type: option('TYPE', 'Only those of one event type'),
  source: option('SOURCE', 'Only those with this source'),
  subject: option('SUBJECT', 'Only those with this subject'),
  trace: option('ID', 'Only those of one trace'),
  from: option('TIME', 'Only those that failed at this time or later', time),
  to: option('TIME', 'Only those that failed before this time', time),
};

/** How times are written. */
export const timeFormat =
  'TIME is 2026-01-31T14:00:00Z, a local "2026-01-31 14:00", "now", or how long ago: 30m, 12h, 7d.';

export interface EndpointFlags {
  url?: string;
  console?: string;
  broker?: string;
  token?: string;
  json?: boolean;
}

export interface FilterFlags {
  trigger?: string;
  type?: string;
  source?: string;
  subject?: string;
  trace?: string;
  from?: string;
  to?: string;
}

type Given = EndpointFlags &
  FilterFlags & { [Name in 'all' | 'dryRun' | 'yes']?: boolean | undefined } & {
    [Name in 'state' | 'data' | 'id' | 'signingKeys']?: string | undefined;
  } & { limit?: number | undefined };

/** Options as the commands take them: what was given, the environment, the defaults. */
export function optionsOf(given: Given, { env, root }: Context): Options {
  const { trigger, type, source, subject, trace, from, to } = given;
  const filter = Object.entries({ trigger, type, source, subject, trace, from, to }).filter(([, value]) => value);
  return {
    url: given.url ?? `http://127.0.0.1:${env.PORT || '8080'}`,
    console: given.console ?? `http://127.0.0.1:${env.CONSOLE_PORT || '8081'}`,
    broker: given.broker,
    token: given.token,
    home: env.DORMOUSE_HOME || resolve(root, '.dormouse'),
    json: given.json ?? false,
    filter: Object.fromEntries(filter) as Record<string, string>,
    state: given.state ?? 'open',
    limit: given.limit ?? 50,
    all: given.all ?? false,
    dryRun: given.dryRun ?? false,
    yes: given.yes ?? false,
    data: given.data,
    id: given.id,
    signingKeys: given.signingKeys,
  };
}
