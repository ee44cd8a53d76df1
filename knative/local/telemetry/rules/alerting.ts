import type { Clock } from '@dormouse/time/clock';
import { type AlertPolicy, plainPolicy } from './alert-policy.ts';
import type { ActiveAlert } from './alert-states.ts';
import { inhibitedBy } from './inhibited-by.ts';
import { type NotificationState, Notifications, type Tell } from './notifications.ts';
import type { EvaluatedRules, RuleEvaluator } from './rule-evaluator.ts';
import { readState, writeState } from './saved-state.ts';

/** Rules that are evaluated from time to time, and who is told. */
export interface Alerting {
  readonly rules: EvaluatedRules;
  /** Absent when nobody is told. */
  readonly notifications: NotificationState | undefined;
  /** The last time that all rules were looked at. */
  readonly round: { number: number; atMs: number; tookMs: number } | undefined;
  /** The alert because of which this one is not told. */
  inhibitor(alert: ActiveAlert): ActiveAlert | undefined;
  close(): Promise<void>;
}

export interface AlertingOptions {
  evaluator: RuleEvaluator;
  policy?: AlertPolicy;
  /** Whom alerts are told to, and its address without anything secret. */
  receiver?: { to: string; tell: Tell } | undefined;
  /** Where alerts are kept over a restart. */
  file: string;
  clock: Clock;
  everyMs?: number;
  say: (line: string) => void;
}

/** Goes on where an earlier process was, and evaluates rules until it is closed. */
export async function startAlerting(options: AlertingOptions): Promise<Alerting> {
  const { evaluator, policy = plainPolicy, receiver, file, clock, say } = options;
  const notifications: Notifications | undefined =
    receiver && new Notifications({ ...receiver, policy, clock, say, told: () => keep() });
  const saved = await readState(file).catch((error: Error) =>
    say(`alerts of an earlier start are unknown: ${error.message}`),
  );
  if (saved) evaluator.restore(saved.alerts, clock.now());
  if (saved) notifications?.restore(saved.groups);
  const firing = () =>
    evaluator.groups.flatMap((group) =>
      group.rules.flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing')),
    );
  let round: Alerting['round'];
  const keep = reporting(say, () =>
    writeState(file, { alerts: evaluator.save(clock.now()), groups: notifications?.save() ?? [] }),
  );
  const close = repeating(options, async () => {
    const [atMs, startMs] = [clock.now(), performance.now()];
    await evaluator.evaluate(atMs);
    notifications?.update(firing());
    await keep();
    round = { number: (round?.number ?? 0) + 1, atMs, tookMs: performance.now() - startMs };
  });
  return {
    rules: evaluator,
    notifications: notifications?.state,
    get round() {
      return round;
    },
    inhibitor: ({ labels }) => inhibitedBy(labels, firing(), policy.inhibitions),
    async close() {
      await close();
      await notifications?.close();
      if (round) await keep();
    },
  };
}

/** Does something at once and then at each whole interval, never twice at a time; returns how to stop, which waits for what is being done. */
function repeating({ clock, everyMs = 15_000, say }: AlertingOptions, work: () => Promise<void>): () => Promise<void> {
  let timer: unknown;
  let working: Promise<void> = Promise.resolve();
  let closed = false;
  const go = () => {
    working = work()
      .catch((error: Error) => say(`rules could not be evaluated: ${error.stack}`))
      .then(() => {
        if (!closed) timer = clock.setTimeout(go, everyMs - (clock.now() % everyMs));
      });
  };
  go();
  return async () => {
    closed = true;
    clock.clearTimeout(timer);
    await working;
  };
}

/** One after the other; says once that it fails, until it succeeds again. */
function reporting(say: (line: string) => void, work: () => Promise<void>): () => Promise<void> {
  let failed = false;
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(work).then(
      () => {
        failed = false;
      },
      (error: Error) => {
        if (!failed) say(`alerts are not kept: ${error.message}`);
        failed = true;
      },
    );
    return last;
  };
}
