import type { api } from '@dormouse/journal/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { harmless, localTime, type Terminal, table } from '../terminal.ts';
import type { Journal } from './connections.ts';
import type { Options } from './options.ts';
import { succeeded } from './service.ts';

type Reconciliation = ResponseOf<typeof api.reconcile, 200>;

/** As often as this takes a minute at most; what is more waits for the journal's own next time. */
const maxRounds = 6;

/** `reconcile`: until there is nothing more to do now. @returns whether nothing is missing */
export async function reconcile(
  journal: Journal,
  { dryRun, json }: Pick<Options, 'dryRun' | 'json'>,
  terminal: Terminal,
): Promise<boolean> {
  const ask = async () =>
    succeeded(await journal('POST /api/journal/reconciliations', { body: { dry_run: dryRun } })).body;
  let done = await ask();
  for (let round = 1; done.more && round < maxRounds; round++) done = sum(done, await ask());
  const missing = done.triggers.reduce((all, each) => all + each.missing, 0);
  if (json) terminal.print(JSON.stringify(done, null, 2));
  else for (const line of [...listed(done, terminal), sentence(done, missing, terminal)]) terminal.print(line);
  return missing === 0;
}

/** What two rounds did, and how it is after them. */
const sum = (first: Reconciliation, second: Reconciliation): Reconciliation => ({
  ...second,
  judged: first.judged + second.judged,
  found: first.found + second.found,
  redelivered: first.redelivered + second.redelivered,
  dead_lettered: first.dead_lettered + second.dead_lettered,
});

function listed({ triggers }: Reconciliation, terminal: Terminal): string[] {
  const rows = triggers.map(
    ({ trigger, reconciled, reason, missing, missing_since: since, redelivered, too_old: old }) => [
      trigger,
      reconciled ? missing : 'not reconciled',
      localTime(since),
      redelivered,
      reason ?? (old > 0 ? `${old} were too old to be compared` : null),
    ],
  );
  return table(['TRIGGER', 'MISSING', 'SINCE', 'SENT', 'NOTE'], rows, terminal);
}

function sentence(
  { dry_run: dryRun, judged, redelivered, dead_lettered: dead, more }: Reconciliation,
  missing: number,
  { paint }: Terminal,
): string {
  const compared = `${judged} event${judged === 1 ? '' : 's'} compared`;
  const sent = dryRun ? ', nothing sent' : `, ${redelivered} sent`;
  const refused = dead > 0 ? `, ${dead} refused for good: see dormouse events dead-letters` : '';
  const left = missing > 0 ? `, ${missing} missing` : ', nothing is missing';
  return paint(
    missing > 0 ? 'yellow' : 'green',
    harmless(`${compared}${sent}${refused}${left}${more ? '; it goes on by itself' : ''}`),
  );
}
