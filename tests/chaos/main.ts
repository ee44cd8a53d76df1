import { writeFileSync } from 'node:fs';
import { campaign } from './campaign.ts';
import { ClusterProblem } from './cluster/check-cluster.ts';
import { clusterPlan } from './cluster/cluster-plan.ts';
import { openClusterTarget } from './cluster/open-cluster-target.ts';
import { openLaptop } from './laptop.ts';
import type { ChaosOptions } from './options.ts';
import { planOf } from './plan.ts';
import { asJson, asMarkdown, lastSteps } from './report.ts';
import { shown } from './step.ts';
import type { ChaosTarget } from './target.ts';

// `dormouse chaos` starts this program with its options as JSON.
const values = JSON.parse(process.argv[2] ?? '{}') as ChaosOptions;
const { target, seed, minutes, kills, events, lossyBroker, trustBroker, experiment } = values;
const onCluster = target === 'cluster';
const say = (line: string) => console.log(`· ${line}`);

if (values.plan !== undefined) printPlan(values.plan);
else
  try {
    await run();
  } catch (error) {
    const { name, message } = error as Error;
    const interrupted = name === 'AbortError';
    if (!interrupted && !(error instanceof ClusterProblem)) throw error;
    console.error(`dormouse chaos: ${interrupted ? 'interrupted before the load; things are put back' : message}`);
    process.exitCode = interrupted ? 130 : 1;
  }

function printPlan(max: number): void {
  for (const step of onCluster ? clusterPlan(seed) : planOf(seed)) {
    if (step.number > max) return;
    console.log(shown(step));
  }
}

/** On a cluster things are put back; a platform of the campaign's own ends with it. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      say('is interrupted; a second Ctrl-C leaves things as they are');
      controller.abort();
    });
  return controller.signal;
}

async function run(): Promise<void> {
  console.log(`seed ${seed}`);
  const least = onCluster ? 10 : 60;
  const rate = Math.max(least, (1.15 * events) / (minutes * 60));
  const signal = onCluster ? interruptible() : undefined;
  const open = (): Promise<ChaosTarget> =>
    signal
      ? openClusterTarget({ ...values, ingress: process.env.INGRESS, rate, signal, say })
      : openLaptop({ seed, rate, lossyBroker, trustBroker, say });
  // Pods take longer than processes, and so do two cores with a cluster on them.
  const pace = onCluster ? { authors: 4, writePauseMs: 1_000, pauseMs: 10_000 } : {};
  const steps = experiment ? 1 : undefined;
  const result = await campaign({ seed, minutes, kills, events, steps, signal, say, ...pace }, open);
  const { command } = values;
  const markdown = asMarkdown(result, command);
  console.log(`\n${markdown}`);
  if (values.report !== undefined) {
    const base = values.report.replace(/\.(md|json)$/, '');
    writeFileSync(`${base}.md`, `${markdown}\n`);
    writeFileSync(`${base}.json`, asJson(result, command));
  }
  if (result.violations.length === 0) return;
  console.error(
    `\n${result.violations.length} violations; the last of ${result.steps.length} steps were\n${lastSteps(result, 5)}`,
  );
  const mode = `${onCluster ? ' --target cluster' : ''}${lossyBroker ? ' --lossy-broker' : ''}${trustBroker ? ' --trust-broker' : ''}`;
  console.error(`again: dormouse chaos${mode} --seed ${seed} --minutes ${minutes}`);
  process.exitCode = signal?.aborted ? 130 : 1;
}
