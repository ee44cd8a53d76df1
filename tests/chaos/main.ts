import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { planOf, shown } from './plan.ts';
import { asJson, asMarkdown, lastSteps } from './report.ts';

const help = `npm run chaos -- [options]

Starts a platform of its own, writes posts and sends events, and meanwhile kills, stops and fills what it can. Then everything
that was acknowledged must be there, once. Exit code 1 when it is not.

  --minutes N     how long there are faults (default 3); twice as long when --kills or --events are not reached before
  --seed S        the same seed, the same faults in the same order (default: of the clock)
  --kills K       kills that count, at least: a request was in flight and an event undelivered (default 0)
  --events E      events that were acknowledged, at least (default 0)
  --report FILE   FILE.md and FILE.json (default: the report is only printed)
  --plan N        prints the first N steps of the seed's plan, and does nothing else
  --help`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '0' },
    events: { type: 'string', default: '0' },
    report: { type: 'string' },
    plan: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const number = (name: 'minutes' | 'seed' | 'kills' | 'events' | 'plan'): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name}: ${values[name]} is not a number`);
  process.exit(2);
};

if (values.help) console.log(help);
else if (values.plan !== undefined) printPlan(number('plan'));
else await run();

function printPlan(maxSteps: number): void {
  for (const step of planOf(number('seed'))) {
    if (step.number > maxSteps) return;
    console.log(shown(step));
  }
}

async function run(): Promise<void> {
  const seed = number('seed');
  console.log(`seed ${seed}`);
  const result = await campaign({
    seed,
    minutes: number('minutes'),
    kills: number('kills'),
    events: number('events'),
    say: (line) => console.log(`· ${line}`),
  });
  const command = `npm run chaos -- ${process.argv.slice(2).join(' ')}`.trim();
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
  console.error(`again: npm run chaos -- --seed ${seed} --minutes ${number('minutes')}`);
  process.exitCode = 1;
}
