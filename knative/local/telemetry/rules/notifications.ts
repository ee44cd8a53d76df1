import type { Clock } from '@dormouse/time/clock';
import type { Labels } from '../query/prometheus-series.ts';
import { keyOf, pick } from '../query/promql/value.ts';
import type { AlertPolicy, Route } from './alert-policy.ts';
import { type ActiveAlert, isSign } from './alert-states.ts';
import { inhibitedBy } from './inhibited-by.ts';

/** An alert as it is told: firing, or over since `endsAtMs`. */
export interface ToldAlert {
  labels: Labels;
  annotations: Readonly<Record<string, string>>;
  startsAtMs: number;
  endsAtMs?: number;
}

/** Alerts that are told together. */
export interface AlertGroup {
  key: string;
  receiver: string;
  labels: Labels;
  alerts: readonly ToldAlert[];
}

/** Tells somebody; rejects when nobody was reached. */
export type Tell = (group: AlertGroup) => Promise<void>;

interface Group {
  key: string;
  route: Route;
  labels: Labels;
  alerts: Map<string, ToldAlert>;
  nextMs: number;
  /** Keys of what was told last, and when. */
  told: { firing: string[]; atMs: number } | undefined;
}

/** Notifications as the console shows them. */
export interface NotificationState {
  /** Where they go, without anything secret. */
  to: string;
  succeededAtMs?: number;
  failure?: { atMs: number; error: string };
}

export interface NotificationsOptions {
  to: string;
  policy: AlertPolicy;
  tell: Tell;
  clock: Clock;
  say: (line: string) => void;
  /** Something was told: a later process has to know. */
  told?: () => Promise<void>;
}

/** Groups for the next process. */
export type SavedGroups = readonly (Omit<Group, 'alerts' | 'route'> & { alerts: readonly ToldAlert[] })[];

/** After a failure the receiver is asked again after this time, whatever the group's interval is. */
const againMs = 60_000;
/** What has ended, and could not be told for so long, is told no more. */
const forgetMs = 60 * 60_000;

/**
 * Tells what starts to fire and what has ended, in groups, as Alertmanager does: a group waits a little for more of its kind, is told again
 * when it changes, at most each group interval, and each repeat interval while nothing changes. Inhibited alerts are not told. Signs of life
 * (`severity="none"`) are for who listens for their end, not for this receiver.
 */
export class Notifications {
  readonly state: NotificationState;
  readonly #options: NotificationsOptions;
  #groups = new Map<string, Group>();
  #firing: readonly ActiveAlert[] = [];
  #timer: unknown;
  #telling: Promise<void> | undefined;
  #closed = false;

  constructor(options: NotificationsOptions) {
    this.#options = options;
    this.state = { to: options.to };
  }

  /** Takes all alerts that fire now. */
  update(firing: readonly ActiveAlert[]): void {
    const nowMs = this.#options.clock.now();
    this.#firing = firing;
    const given = new Set<string>();
    for (const alert of firing) {
      if (isSign(alert)) continue;
      const { alerts } = this.#groupOf(alert, nowMs);
      const key = keyOf(alert.labels);
      given.add(key);
      const known = alerts.get(key);
      const startsAtMs = known && known.endsAtMs === undefined ? known.startsAtMs : alert.activeAtMs;
      alerts.set(key, { labels: alert.labels, annotations: alert.annotations, startsAtMs });
    }
    for (const { alerts } of this.#groups.values())
      for (const [key, alert] of alerts) if (!given.has(key)) alert.endsAtMs ??= nowMs;
    this.#schedule();
  }

  save(): SavedGroups {
    return [...this.#groups.values()].map(({ key, labels, alerts, nextMs, told }) => ({
      ...{ key, labels, nextMs, told },
      alerts: [...alerts.values()],
    }));
  }

  /** Takes over the groups of an earlier process: what it told is not told again, and what has ended since is. */
  restore(saved: SavedGroups): void {
    for (const { key, labels, alerts, nextMs, told } of saved) {
      const [first] = alerts;
      if (!first) continue;
      const route = this.#options.policy.routeOf(first.labels);
      const kept = new Map(alerts.map((alert) => [keyOf(alert.labels), { ...alert }]));
      this.#groups.set(key, { key, route, labels, alerts: kept, nextMs, told });
    }
  }

  /** Tells nothing more; what is being told is finished. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#timer);
    await this.#telling;
  }

  #groupOf({ labels }: ActiveAlert, nowMs: number): Group {
    const route = this.#options.policy.routeOf(labels);
    const own = pick(labels, route.groupBy);
    const words = Object.entries(own).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const key = `{}/{receiver=${JSON.stringify(route.receiver)}}:{${words.join(', ')}}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = {
      ...{ key, route, labels: own, alerts: new Map() },
      nextMs: nowMs + route.groupWaitMs,
      told: undefined,
    };
    this.#groups.set(key, group);
    return group;
  }

  #schedule(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (this.#closed || this.#telling || this.#groups.size === 0) return;
    const nowMs = clock.now();
    const nextMs = Math.min(...[...this.#groups.values()].map((group) => group.nextMs));
    // A clock that was set back by hours must not put off by hours what is due.
    const waitMs = Math.min(Math.max(0, nextMs - nowMs), againMs);
    this.#timer = clock.setTimeout(() => {
      this.#telling = this.#tellDue().finally(() => {
        this.#telling = undefined;
        this.#schedule();
      });
    }, waitMs);
  }

  async #tellDue(): Promise<void> {
    const nowMs = this.#options.clock.now();
    for (const group of [...this.#groups.values()]) {
      const { groupIntervalMs } = group.route;
      group.nextMs = Math.min(group.nextMs, nowMs + groupIntervalMs);
      if (this.#closed || group.nextMs > nowMs) continue;
      if (!(await this.#tellGroup(group, nowMs))) return this.#postpone(nowMs);
      group.nextMs = nowMs + groupIntervalMs;
      if (group.alerts.size === 0) this.#groups.delete(group.key);
    }
  }

  /** One receiver: where one group did not get through, the others do not try. */
  #postpone(nowMs: number): void {
    for (const [key, group] of this.#groups) {
      if (group.nextMs <= nowMs) group.nextMs = nowMs + againMs;
      for (const [id, { endsAtMs = nowMs }] of group.alerts) if (endsAtMs < nowMs - forgetMs) group.alerts.delete(id);
      if (group.alerts.size === 0) this.#groups.delete(key);
    }
  }

  /** False when nobody was reached. */
  async #tellGroup(group: Group, nowMs: number): Promise<boolean> {
    const { policy, tell } = this.#options;
    const before = group.told?.firing ?? [];
    const lasting = [...group.alerts].filter(([, { endsAtMs }]) => endsAtMs === undefined);
    const firing = lasting
      .filter(([, { labels }]) => !inhibitedBy(labels, this.#firing, policy.inhibitions))
      .map(([key]) => key);
    const ended = [...group.alerts].filter(([, { endsAtMs }]) => endsAtMs !== undefined).map(([key]) => key);
    // Whoever was told of the beginning is told of the end, even if something inhibits it by then.
    const resolved = ended.filter((key) => before.includes(key));
    if (isNews(group, { firing, resolved, nowMs })) {
      const alerts = [...firing, ...resolved].map((key) => ({ ...(group.alerts.get(key) as ToldAlert) }));
      try {
        await tell({ key: group.key, receiver: group.route.receiver, labels: group.labels, alerts });
      } catch (error) {
        this.#failed((error as Error).message, nowMs);
        return false;
      }
      this.#succeeded(nowMs);
      const silenced = lasting.map(([key]) => key).filter((key) => before.includes(key) && !firing.includes(key));
      group.told = { firing: [...firing, ...silenced], atMs: nowMs };
    }
    // Another evaluation may have begun it again meanwhile.
    for (const key of ended) if (group.alerts.get(key)?.endsAtMs !== undefined) group.alerts.delete(key);
    if (group.told?.atMs === nowMs) await this.#options.told?.();
    return true;
  }

  #failed(error: string, atMs: number): void {
    const { say, to } = this.#options;
    if (!this.state.failure) say(`alerts do not reach ${to}: ${error}; it is tried again each minute`);
    this.state.failure = { atMs, error };
  }

  #succeeded(atMs: number): void {
    if (this.state.failure) this.#options.say(`alerts reach ${this.state.to} again`);
    this.state.succeededAtMs = atMs;
    delete this.state.failure;
  }
}

function isNews(
  { told, route }: Group,
  { firing, resolved, nowMs }: { firing: readonly string[]; resolved: readonly string[]; nowMs: number },
): boolean {
  if (!told) return firing.length > 0;
  if (resolved.length > 0 || firing.some((key) => !told.firing.includes(key))) return true;
  return firing.length > 0 && nowMs - told.atMs >= route.repeatIntervalMs;
}
