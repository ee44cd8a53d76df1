import type { PostState } from './ledger.ts';
import type { Fate } from './losses.ts';

/** What is there once everything is quiet. */
export interface Observed {
  posts: readonly StoredPost[];
  /** Events that the recorder was given, in the order in which they first took effect. */
  seen: readonly SeenEvent[];
  /** Consumer → the events its inbox holds, as `source id`. */
  inboxes: ReadonlyMap<string, ReadonlySet<string>>;
  categories: readonly { name: string; counted: number; published: number }[];
  /** The version of each stored post that a consumer goes by. */
  held: readonly { consumer: string; subject: string; version: number; newest: number }[];
  /** What readers are shown, beside what the database says. */
  shown: readonly { path: string; expected: string; got: string }[];
  /** How long copies that were old were still shown after the rest had come to rest, in ms. */
  staleMs: number;
  /** Rows of outboxes that nobody sends. */
  outboxes: readonly { schema: string; rows: number }[];
  /** Deliveries that are not over. */
  pending: readonly string[];
  undeliverable: readonly string[];
  /** Processes that outlived the platform. */
  processes: readonly string[];
  /** Events in the journal, as `source id`; undefined where no journal is deployed. */
  archived: ReadonlySet<string> | undefined;
  /** Whether the Broker promises that events of a subject take effect in their order. */
  ordered: boolean;
  /** At least so many requests brought the recorder an event. */
  deliveries: number;
  /** What a lossy Broker did to events that it had acknowledged; such an event may have come after its successors. */
  losses: readonly { fate: Fate; name: string }[];
}

export interface StoredPost extends PostState {
  id: number;
  version: number;
}

export interface SeenEvent {
  source: string;
  id: string;
  type: string;
  subject: string;
  version: number;
  /** How often it took effect. */
  times: number;
}

/** How events are named in inboxes and archives. */
export const nameOf = ({ source, id }: Pick<SeenEvent, 'source' | 'id'>): string => `${source} ${id}`;
