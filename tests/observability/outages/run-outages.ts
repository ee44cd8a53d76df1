import type { Outage } from './outages.ts';
import { faultsOf, heading, rowsOf } from './verdict.ts';
import { type OpenGround, watch } from './watch.ts';

/** Plants the asked outages, or all, one after the other, and prints a table; what must not be is told in the end and by the exit code. */
export async function runOutages<Site>(
  asked: readonly string[],
  outages: Readonly<Record<string, Outage<Site>>>,
  open: OpenGround<Site>,
): Promise<void> {
  for (const name of asked)
    if (!outages[name]) throw new Error(`there is no outage ${name}: ${Object.keys(outages).join(', ')}`);
  for (const line of heading) console.log(line);
  const wrong: string[] = [];
  for (const name of asked.length > 0 ? asked : Object.keys(outages)) {
    const outage = outages[name] as Outage<Site>;
    const missing = outage.missing?.();
    if (missing) {
      console.error(`${name} is left out: ${missing}`);
      continue;
    }
    const watched = await watch(outage, open);
    for (const line of rowsOf(name, watched)) console.log(line);
    wrong.push(...faultsOf(outage, watched).map((fault) => `${name}: ${fault}`));
  }
  for (const each of wrong) console.error(each);
  if (wrong.length > 0) process.exitCode = 1;
}
