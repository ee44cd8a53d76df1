import { attributesOf } from '@dormouse/runtime/send';
import { currentTrace, inSpan, type Link, parseTraceparent } from '@dormouse/runtime/trace';
import type { Outcome, RedriveItem } from './items.ts';
import type { Deliver } from './subscriber.ts';

type Task = Pick<RedriveItem, 'item' | 'attributes' | 'traceparent'> & Partial<Pick<RedriveItem, 'previous'>>;

class DeliveryError extends Error {
  override name = 'DeliveryError';
}

/**
 * Sends one event again, in a span of the trace of its first delivery: the consumer's span is a child of it, so that the trace continues.
 * The span links to the batch, and to the previous attempt.
 */
export async function redeliver(
  {
    deliver,
    dataOf,
    until,
  }: { deliver: Deliver; dataOf: (item: number) => Promise<Buffer | undefined>; until: number },
  { kind, job }: { kind: 'redrive' | 'replay' | 'reconcile'; job?: string },
  task: Task,
  address: string,
  trigger: string | undefined,
): Promise<Outcome> {
  const { attributes: own, item, previous } = task;
  const data = await dataOf(item);
  const parent = parseTraceparent(task.traceparent) ?? parseTraceparent(own.traceparent);
  const batch = currentTrace();
  const links: Link[] = [batch, previous].flatMap((each) =>
    each ? [{ traceId: each.traceId, spanId: each.spanId }] : [],
  );
  const { id = '', type = '', source = '', subject = '' } = own;
  const attributes = {
    ...attributesOf({ id, type, source, subject }),
    ...(job && { 'dormouse.job': job }),
    'server.address': address,
  };
  let outcome: Outcome = { outcome: 'failed', trigger };
  const attempt = async (noted: Record<string, string | number | boolean>) => {
    const context = currentTrace();
    const { ok, status, error } = await deliver(address, { attributes: own, data }, until);
    outcome = {
      outcome: ok ? 'sent' : 'failed',
      status,
      error,
      trigger,
      traceId: context?.traceId,
      spanId: context?.spanId,
    };
    if (status !== undefined) noted['http.response.status_code'] = status;
    if (!ok) throw new DeliveryError(error);
  };
  await inSpan(`${kind} ${type}`, { kind: 'producer', attributes, links, parent }, attempt).catch((error: unknown) => {
    if (!(error instanceof DeliveryError)) throw error;
  });
  return outcome;
}
