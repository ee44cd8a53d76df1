import type { EventContract } from '@dormouse/events/contract';

/** A contract of the catalogue, and where a function imports it from. */
export interface KnownContract {
  contract: EventContract;
  /** `postPublished` */
  constant: string;
  /** `post`, of `@dormouse/events/post` */
  module: string;
}

/** An event type that comes with the function. */
export interface NewEvent {
  /** `dev.dormouse.greeting.sent.v1` */
  type: string;
  /** `greeting` */
  aggregate: string;
  /** `greetingSent` */
  constant: string;
}

/** What is wanted, checked against what is there. */
export interface NewFunction {
  name: string;
  /** Where the ingress leads to it. */
  path?: string | undefined;
  hasTable: boolean;
  consumes: readonly KnownContract[];
  emits?: NewEvent | undefined;
}

/** What the command line asks for. */
export interface Options {
  name: string;
  path?: string | undefined;
  table: boolean;
  events: readonly string[];
  dryRun: boolean;
}
