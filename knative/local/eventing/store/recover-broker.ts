import { join } from 'node:path';
import { LogDamagedError, segmentName } from '../log/recover-log.ts';
import { type Log, type LogOptions, openLog } from '../log/segmented-log.ts';
import { type KnownAcks, readAcks } from './acks.ts';
import { type TriggerTable, triggerTable } from './trigger-table.ts';

/** What a broker finds in its folder. */
export interface RecoveredBroker {
  log: Log;
  acks: KnownAcks;
  table: TriggerTable;
}

/**
 * Opens a broker's log and reads what lies beside it. Acknowledgements and triggers that name records beyond the log's
 * end prove that records are missing: new ones would take their numbers and pass for delivered.
 *
 * @param recentEvents of how many events every acknowledgement is wanted
 * @throws LogDamagedError
 */
export async function recoverBroker(options: LogOptions, recentEvents: number): Promise<RecoveredBroker> {
  const { store } = options;
  const log = await openLog(options);
  const acks = await readAcks(store, log.id, log.end.sequence - recentEvents);
  const table = await triggerTable(store);
  const reached = Math.max(acks.reached, ...[...table.triggers.values()].map(({ start }) => start));
  const { sequence, segment } = log.end;
  if (reached > sequence) {
    throw new LogDamagedError(
      join(store.directory, segmentName(segment)),
      `records ${sequence} to ${reached - 1} had been stored and are missing`,
    );
  }
  return { log, acks, table };
}
