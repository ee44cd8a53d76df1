/**
 * Breaks a running platform in one way after the other, and says when the alerts for it reached a receiver: `dormouse alerts [FAULT…]`, which gives their
 * names as JSON; the faults are in `faults.ts`.
 * Exit code 1 when one did not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Notified } from './alert-receiver.ts';
import { arrivals } from './alertmanager.ts';
import type { Site } from './fault-injection.ts';
import { type Fault, type FaultName, faults } from './faults.ts';
import { type Stack, stackIsInstalled, startStack } from './stack.ts';
import { traffic } from './traffic.ts';
import { runWatched } from './watched.ts';

/** Before the fault, so that rates have something to be compared with. */
const quietMs = 60_000;
const maxWaitMs = 25 * 60_000;

interface Tried {
  /** Notifications other than the sign of life, before the fault: there should be none. */
  before: readonly Notified[];
  /** Seconds from the fault until an alert reached a receiver, by its name. */
  arrived: ReadonlyMap<string, number>;
  served: number;
  failed: number;
}

async function tryFault(name: FaultName, stack: Stack): Promise<Tried> {
  const platform = await runWatched(stack);
  return withFault(name, { platform, stack }).finally(() => platform.stop());
}

async function withFault(name: FaultName, site: Site): Promise<Tried> {
  const { alerts, during } = faults[name];
  const over = new AbortController();
  const running = traffic(site.platform.url, over.signal);
  await sleep(quietMs);
  const notified = () => site.stack.alertmanager.notified.filter(({ labels }) => labels.alertname !== 'Watchdog');
  const before = notified();
  const startMs = Date.now();
  const fault = during(site, over.signal);
  fault.catch(() => over.abort()); // no alert comes for what could not be done
  const arrived = () => arrivals(notified(), startMs);
  const enough = () => over.signal.aborted || alerts.every((alert) => arrived().has(alert));
  while (!enough() && Date.now() - startMs < maxWaitMs) await sleep(500);
  over.abort();
  await fault;
  const counts = await running;
  return { before, arrived: arrived(), ...counts };
}

if (!stackIsInstalled()) {
  console.error('Prometheus (3.0 or newer), Alertmanager and the OpenTelemetry Collector have to be on the PATH.');
  process.exit(1);
}
const asked = (JSON.parse(process.argv[2] ?? '{}') as { faults?: FaultName[] }).faults ?? [];
for (const name of asked.length > 0 ? asked : (Object.keys(faults) as FaultName[])) {
  const { what, alerts, timeoutMs }: Fault = faults[name];
  const stack = await startStack(timeoutMs === undefined ? {} : { timeoutMs });
  const { before, arrived, served, failed } = await tryFault(name, stack).finally(() => stack.stop());
  console.log(`${name}: ${what}; ${served} requests served, ${failed} failed`);
  for (const { labels } of before) console.log(`  before the fault: ${labels.alertname} (${labels.severity})`);
  for (const [alert, seconds] of arrived) console.log(`  ${alert} reached its receiver after ${seconds} s`);
  for (const alert of alerts.filter((each) => !arrived.has(each))) {
    console.log(`  ${alert} did not arrive`);
    process.exitCode = 1;
  }
}
