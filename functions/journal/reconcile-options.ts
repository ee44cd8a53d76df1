import type { Inbox, Inboxes } from './inboxes.ts';
import type { Trigger, Triggers } from './kubernetes.ts';
import type { Reconciliation, Share } from './reconciliation.ts';
import type { NewDeadLetter } from './store.ts';
import type { Deliver } from './subscriber.ts';

export interface ReconcileOptions {
  reconciliation: Reconciliation;
  triggers: Triggers;
  inboxes: Inboxes;
  deliver: Deliver;
  storeDeadLetter: (deadLetter: NewDeadLetter) => Promise<boolean>;
  /** Name of this Service: its own archive is what others are compared with. */
  service: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Events of the archive that are read at once. */
  slice?: number;
  /** Most events of a Trigger that are sent at once. */
  batch?: number;
  log: { warn(fields: object, message: string): void };
}

/** A Trigger that is compared, as it is looked at. */
export interface Looked {
  share: Share;
  trigger: Trigger;
  inbox: Inbox;
  passes: (attributes: Readonly<Record<string, string>>) => boolean;
}
