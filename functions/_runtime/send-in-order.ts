import type { OutboxRow } from './outbox-row.ts';
import type { Send } from './send.ts';

/** A transaction that waits longer for the Broker would be ended by PostgreSQL (idle_in_transaction_session_timeout). */
const defaultBatchMs = 5000;
const concurrency = 16;

/**
 * Sends one row at a time per subject, several subjects at once. What was not begun within `batchMs` is neither sent nor failed.
 * @param failed gets the subjects of which a row was refused
 * @returns positions that were sent
 */
export async function sendInOrder(
  rows: readonly OutboxRow[],
  send: Send,
  failed: Set<string>,
  batchMs = defaultBatchMs,
): Promise<string[]> {
  const sent: string[] = [];
  const queues = [...Map.groupBy(rows, (row) => row.subject)];
  const deadline = Date.now() + batchMs;
  const worker = async () => {
    for (let next = queues.shift(); next; next = queues.shift()) {
      const [subject, queue] = next;
      try {
        for (const row of queue) {
          if (Date.now() > deadline) return;
          await send(row);
          sent.push(row.position);
        }
      } catch {
        failed.add(subject);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return sent;
}
