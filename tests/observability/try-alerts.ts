/**
 * Breaks a running platform in one way after the other, and says when the alert for it reached a receiver: `npm run alerts:try -- [FAULT…]`; the faults are in `faults.ts`.
 * Exit code 1 when one did not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { removeHome, runPlatform, temporaryHome } from '../platform.ts';
import type { Notified } from './alertmanager.ts';
import { type FaultName, faults } from './faults.ts';
import { observedOverlay } from './observed-overlay.ts';
import { type Stack, stackIsInstalled, startStack } from './stack.ts';
import { traffic } from './traffic.ts';

/** Before the fault, so that rates have something to be compared with. */
const quietMs = 60_000;
const longestMs = 15 * 60_000;

interface Tried {
  /** Notifications other than the sign of life, before the fault: there should be none. */
  before: readonly Notified[];
  /** Seconds from the fault until the alert reached a receiver; undefined when it did not. */
  seconds: number | undefined;
  served: number;
  failed: number;
}

async function tryFault(name: FaultName, stack: Stack): Promise<Tried> {
  const { alert, during } = faults[name];
  const home = temporaryHome();
  const platform = await runPlatform({ home, overlay: observedOverlay(home, stack.otlp) });
  const over = new AbortController();
  const running = traffic(platform.url, over.signal);
  await sleep(quietMs);
  const notified = () => stack.alertmanager.notified.filter(({ labels }) => labels.alertname !== 'Watchdog');
  const before = notified();
  const startMs = Date.now();
  const harm = during({ platform, stack }, over.signal);
  const arrived = () => notified().find(({ labels, atMs, status }) => status === 'firing' && labels.alertname === alert && atMs >= startMs);
  while (!arrived() && Date.now() - startMs < longestMs) await sleep(500);
  over.abort();
  await harm;
  const counts = await running;
  await platform.stop();
  removeHome(home);
  const found = arrived();
  return { before, seconds: found && Math.round((found.atMs - startMs) / 1000), ...counts };
}

if (!stackIsInstalled()) {
  console.error('Prometheus (3.0 or newer), Alertmanager and the OpenTelemetry Collector have to be on the PATH.');
  process.exit(1);
}
const asked = process.argv.slice(2).filter((name): name is FaultName => Object.hasOwn(faults, name));
for (const name of asked.length > 0 ? asked : (Object.keys(faults) as FaultName[])) {
  const stack = await startStack();
  const { before, seconds, served, failed } = await tryFault(name, stack).finally(() => stack.stop());
  console.log(`${name}: ${faults[name].what}; ${served} requests served, ${failed} failed`);
  for (const { labels } of before) console.log(`  before the fault: ${labels.alertname} (${labels.severity})`);
  console.log(seconds === undefined ? `  ${faults[name].alert} did not arrive` : `  ${faults[name].alert} reached its receiver after ${seconds} s`);
  if (seconds === undefined) process.exitCode = 1;
}
