/** Tells a client that does not take what it was sent. */
export interface SlowReader {
  /**
   * Call it about once a second.
   * @param unsent bytes that wait for the client
   * @param taken bytes that it has taken so far
   * @returns true when bytes have waited without end for longer than the grace and one second per 16 KiB taken
   */
  tooSlow(now: number, unsent: number, taken: number): boolean;
}

/** @param graceMs longer than a client at the lowest rate needs for what is written at once, 256 KiB */
export function createSlowReader(graceMs: number): SlowReader {
  let begun: { at: number; taken: number } | undefined;
  return {
    tooSlow(now, unsent, taken) {
      if (unsent === 0) begun = undefined;
      else begun ??= { at: now, taken };
      return begun !== undefined && now - begun.at > graceMs + (taken - begun.taken) / 16.384;
    },
  };
}
