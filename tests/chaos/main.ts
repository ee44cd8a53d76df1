import { writeFileSync } from 'node:fs';
import { campaign } from './campaign.ts';
import type { ChaosOptions } from './options.ts';
import { planOf, shown } from './plan.ts';
import { asJson, asMarkdown, lastSteps } from './report.ts';

// `dormouse chaos` starts this program with its options as JSON.
const values = JSON.parse(process.argv[2] ?? '{}') as ChaosOptions;
const { seed, minutes, kills, events, lossyBroker, trustBroker } = values;

if (values.plan !== undefined) printPlan(values.plan);
else await run();

function printPlan(max: number): void {
  for (const step of planOf(seed)) {
    if (step.number > max) return;
    console.log(shown(step));
  }
}

async function run(): Promise<void> {
  console.log(`seed ${seed}`);
  const result = await campaign({
    seed,
    minutes,
    kills,
    events,
    lossyBroker,
    trustBroker,
    say: (line) => console.log(`· ${line}`),
  });
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
  const mode = `${lossyBroker ? ' --lossy-broker' : ''}${trustBroker ? ' --trust-broker' : ''}`;
  console.error(`again: dormouse chaos${mode} --seed ${seed} --minutes ${minutes}`);
  process.exitCode = 1;
}
