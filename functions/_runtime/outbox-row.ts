import type { StoredEvent } from './cloudevent.ts';

/** An event as it lies in an outbox. */
export type OutboxRow = StoredEvent & { position: string };
