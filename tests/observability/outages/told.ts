import type { Notified } from '../alert-receiver.ts';

export interface ToldAlert {
  name: string;
  /** When somebody was first told of it, and when of its end; milliseconds since the epoch. */
  firstMs: number;
  endedMs: number | undefined;
}

/** By name, in the order in which they came; without the watchdog, which always fires. */
export function toldOf(notified: readonly Notified[]): ToldAlert[] {
  const told = new Map<string, ToldAlert>();
  for (const { status, labels, atMs } of notified) {
    const { alertname: name = '' } = labels;
    if (name === 'Watchdog') continue;
    const { firstMs } = told.get(name) ?? { firstMs: atMs };
    told.set(name, { name, firstMs, endedMs: status === 'resolved' ? atMs : undefined });
  }
  return [...told.values()];
}
