import { compileFilters } from '@dormouse/filters/filter';
import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import { findMissing } from './find-missing.ts';
import type { Trigger } from './kubernetes.ts';
import type { Looked, ReconcileOptions } from './reconcile-options.ts';
import type { KnownTrigger, Reconciliation, Share } from './reconciliation.ts';
import { redeliverMissing } from './redeliver-missing.ts';

export interface Reconciled {
  /** Another process is at it. */
  busy: boolean;
  /** Archived events that were compared. */
  judged: number;
  /** Events that were found to be missing. */
  found: number;
  redelivered: number;
  /** Events that their consumers refused for good, or too often. */
  deadLettered: number;
  /** Whether there was no time for all of it. */
  more: boolean;
}

/** Nothing begins later: with the timeout of the last answer it stays below the lease. */
const workMs = 8000;

const ofArchive = 'it is the archive itself';

const nothing = { busy: false, judged: 0, found: 0, redelivered: 0, deadLettered: 0, more: false };

/**
 * Compares what was archived since the last time with the inboxes of all Triggers' consumers, and sends what is missing to the Trigger's
 * subscriber alone. What the Broker has lost arrives so, what it is late with twice: consumers know it by their inbox.
 * @throws AppError unavailable when Kubernetes does not answer
 */
export function reconciler(options: ReconcileOptions): (dryRun?: boolean) => Promise<Reconciled> {
  const { reconciliation, now = Date.now } = options;
  return async (dryRun = false) => {
    const lease = await reconciliation.lease();
    if (lease === undefined) return { ...nothing, busy: true };
    try {
      const until = now() + workMs;
      const { looked, others } = await look(options);
      const found = await findMissing(options, looked, others, until);
      const archives = others.filter(({ reason }) => reason === ofArchive).map(({ trigger }) => trigger);
      if (!dryRun) await reconciliation.settleArchived(archives);
      const sent = dryRun ? nothing : await redeliverMissing(options, looked, until);
      await measureMissing(reconciliation);
      return { ...nothing, ...sent, judged: found.judged, found: found.found, more: found.more || sent.more };
    } finally {
      await reconciliation.release(lease).catch(() => {});
    }
  };
}

/** Measures how much is missing, Trigger by Trigger. */
export async function measureMissing(reconciliation: Pick<Reconciliation, 'shares'>): Promise<void> {
  for (const { trigger, reason, missing } of await reconciliation.shares())
    if (reason === null) measure(metrics.eventsMissing, missing, { 'dormouse.trigger': trigger });
}

async function look(options: ReconcileOptions): Promise<{ looked: Looked[]; others: Share[] }> {
  options.inboxes.refresh();
  const known = await options.triggers.list(0);
  const shares = await options.reconciliation.sync(
    await Promise.all(known.map((each) => describe(options, each, known))),
  );
  const looked: Looked[] = [];
  for (const share of shares) {
    const trigger = known.find(({ name }) => name === share.trigger);
    if (!trigger || share.reason !== null) continue;
    // While it has no subscriber, the inbox of the last one is asked.
    const inbox = await options.inboxes.of({ ...trigger, subscriberUri: trigger.subscriberUri ?? share.consumer });
    if (inbox) looked.push({ share, trigger, inbox, passes: compileFilters(trigger.filters) });
  }
  return { looked, others: shares.filter(({ reason }) => reason !== null) };
}

async function describe(options: ReconcileOptions, trigger: Trigger, all: readonly Trigger[]): Promise<KnownTrigger> {
  return {
    trigger: trigger.name,
    uid: trigger.uid ?? '',
    consumer: trigger.subscriberUri ?? '',
    createdAt: trigger.createdAt,
    reason: await reasonOf(options, trigger, all),
  };
}

const brokerOf = ({ broker = 'default' }: Trigger) => broker;

async function reasonOf(
  { inboxes, service }: ReconcileOptions,
  trigger: Trigger,
  all: readonly Trigger[],
): Promise<string | null> {
  const archives = all.filter(({ subscriberUri }) => isArchive(subscriberUri, service));
  if (archives.includes(trigger)) return ofArchive;
  if (!archives.some((each) => brokerOf(each) === brokerOf(trigger))) return 'its Broker is not archived';
  if (trigger.inbox === 'none') return 'its consumer keeps no inbox';
  // One that had a subscriber is compared with that one's inbox.
  if (trigger.subscriberUri === undefined) return null;
  return (await inboxes.of(trigger)) ? null : 'nothing says that its consumer keeps an inbox';
}

const isArchive = (address: string | undefined, service: string): boolean =>
  address !== undefined &&
  URL.canParse(address) &&
  new URL(address).hostname.startsWith(`${service}.`) &&
  new URL(address).pathname === '/events';
