import type { SendOptions, SentEvent } from '@dormouse/testing/send';
import type { Blog } from './blog.ts';
import type { Journal } from './journal.ts';

/** Where the system runs. */
export type TargetName = 'in process' | 'local' | 'cluster';

/** The whole system as a scenario uses it. It may contain other data: use unique names. */
export interface Target {
  name: TargetName;
  /** The ingress, `http://HOST:PORT`. */
  url: string;
  blog: Blog;
  /** The same API as an administrator uses it. */
  administrator: Blog['call'];
  /** An administrator's access token of scope import. */
  importToken: string;
  /** Archive and dead letters, asked as an operator. */
  journal: Journal;
  /** Sends an event to the Broker, as a function does; answers its id. @throws Error unless it was taken */
  send<E extends SentEvent>(event: E, options?: SendOptions): Promise<string>;
  /** The keys that a function signs its events with (EVENT_SIGNING_KEYS). */
  signingKeys(producer: string): Promise<string>;
  /** Asks again until `holds`, for what becomes true by itself. @throws Error with the last answer */
  eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean, seconds?: number): Promise<T>;
  close(): Promise<void>;
}

/** What not every target can do or tell; see `lacks`. */
export interface Abilities {
  services(): Promise<ServiceState[]>;
  /** Makes a new revision of a Service that is like the one before; resolves once it serves alone. */
  roll(service: string): Promise<void>;
  /** Makes a Trigger that delivers events of a type to `path` of a Service, and tries once more at most. */
  subscribe(trigger: OwnTrigger): Promise<Subscription>;
  /** What the site has sent to an address. */
  mailsTo(address: string): Promise<SentMail[]>;
}

export type Ability = keyof Abilities;

export interface ServiceState {
  name: string;
  /** The newest that is ready. */
  revision: string;
  /** That were not told to stop. */
  instances: number;
}

export interface SentMail {
  subject: string;
  text: string;
}

export interface OwnTrigger {
  name: string;
  type: string;
  service: string;
  path: string;
}

export interface Subscription {
  /** Delivers to another path from now on. */
  move(path: string): Promise<void>;
  remove(): Promise<void>;
}

/** Missing abilities of each target, with the reason; docs/how-to/scenarios.md lists them. */
export const missingAbilities: Readonly<Record<TargetName, Readonly<Partial<Record<Ability, string>>>>> = {
  'in process': {
    services: 'a function is a listener of the test, there are no instances',
    roll: 'there are no revisions',
    subscribe: 'its broker has the Triggers of knative/base',
  },
  local: {},
  cluster: {},
};
