/**
 * Plants outages on local platforms of their own, beside Prometheus and Alertmanager where they are installed, and prints a table: what the
 * Overview showed beside what a client counted, who was told of what and when.
 * `node tests/observability/outages/main.ts [NAME …]`, some six minutes each, `quiet` a quarter of an hour; several may run at once.
 * Exit code 1 where figures are more than 1 % apart, the cause is told late, an alert misleads, or its end is told late.
 */
import { type Outage, outages } from './outages.ts';
import { faultsOf, heading, rowsOf } from './verdict.ts';
import { watch } from './watch.ts';

const asked = process.argv.slice(2);
for (const name of asked)
  if (!outages[name]) throw new Error(`there is no outage ${name}: ${Object.keys(outages).join(', ')}`);
for (const line of heading) console.log(line);
const wrong: string[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(outages)) {
  const outage = outages[name] as Outage;
  const missing = outage.missing?.();
  if (missing) {
    console.error(`${name} is left out: ${missing}`);
    continue;
  }
  const watched = await watch(outage);
  for (const line of rowsOf(name, watched)) console.log(line);
  wrong.push(...faultsOf(outage, watched).map((fault) => `${name}: ${fault}`));
}
for (const each of wrong) console.error(each);
if (wrong.length > 0) process.exitCode = 1;
