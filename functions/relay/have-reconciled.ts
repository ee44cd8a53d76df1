import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import type { ReconciliationDue } from './store.ts';

export interface ReconcilingOptions {
  /** Whether something waits to be reconciled; undefined when it cannot be told. */
  reconciliationDue: () => Promise<ReconciliationDue | undefined>;
  /** Has the journal reconcile. @returns whether there is more */
  reconcile: () => Promise<boolean>;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** The journal is not asked again later in a tick: it works for up to ten seconds, and a tick has a minute. */
const reconcileMs = 20_000;

/** Wakes the journal if something waits to be reconciled: it may sleep, and no Broker is trusted with waking it. Never rejects. */
export async function haveReconciled({
  reconciliationDue,
  reconcile,
  log,
  now = Date.now,
}: ReconcilingOptions): Promise<void> {
  try {
    const state = await reconciliationDue();
    if (!state) return;
    measure(metrics.eventsUnjudgedAge, state.behindSeconds);
    const until = now() + reconcileMs;
    for (let more = state.due; more && now() < until; ) more = await reconcile();
  } catch (error) {
    log.warn({ error }, 'the journal does not reconcile');
  }
}
