/** What tells an event from every other. */
export interface EventName {
  source: string;
  id: string;
}

/** Says of each of these events, at most a thousand, in their order, whether it is archived. Rejects when that cannot be told now. */
export type Archive = (events: readonly EventName[]) => Promise<boolean[]>;

/** Of a platform without a journal: what the Broker has taken is over. */
export const brokerIsTrusted: Archive = async (events) => events.map(() => true);
