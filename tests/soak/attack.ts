import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../chaos/random.ts';
import type { Tally } from './tally.ts';

/** Somebody whom attacks aim at. */
export interface Victim {
  name: string;
  /** Access token of a log-in that has ended. */
  endedToken: string;
  /** Of a session that must live on; who renews it keeps the newest here. */
  refreshToken: string;
}

/** Somebody with an account who means harm. */
export interface Rival {
  name: string;
  password: string;
}

/** What attackers know, and more than they could. */
export interface AttackSite {
  /** Of the ingress, on 127.0.0.0/8. */
  port: number;
  /** Loopback listeners: `http://127.0.0.1:PORT…`. */
  console: string;
  otlp: string;
  kubernetes: string;
  broker: string;
  /** Secret of the loopback listeners: broken telemetry comes from a program of this machine. */
  secret: string;
  /** A name of an author who writes meanwhile. */
  author: string;
  victim: Victim;
  rival: Rival;
}

export interface AttackContext {
  site: AttackSite;
  random: Random;
  /** 1 for the whole attack; a short test takes a part of its connections. */
  strength: number;
  going(): boolean;
}

/** One kind of attack, in a bounded rate; its `run` resolves soon after `going` is over. */
export interface Attack {
  name: string;
  run(context: AttackContext, tally: Tally): Promise<void>;
}

/** Starts `one` so often a second, whatever became of the ones before, until it is over. What it throws is counted. */
export async function atRate(
  perSecond: number,
  { going }: AttackContext,
  tally: Tally,
  one: (n: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const begun = performance.now();
  for (let n = 0; going(); n++) {
    const due = begun + (n * 1_000) / perSecond;
    for (let wait = due - performance.now(); wait > 0 && going(); wait = due - performance.now())
      await sleep(Math.min(wait, 1_000));
    if (!going()) break;
    if (running.size >= maxRunning) {
      tally.count('not sent: too many under way');
      continue;
    }
    const each = one(n)
      .catch((error: NodeJS.ErrnoException) => tally.count(error.code ?? error.message))
      .finally(() => running.delete(each));
    running.add(each);
  }
  await Promise.all(running);
}

const maxRunning = 100;
