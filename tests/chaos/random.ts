/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** 0 ≤ n < 1 */
  next(): number;
  /** A whole number, `from` ≤ n < `to`. */
  whole(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  chance(share: number): boolean;
}

/** Weyl sequence with a mixing step; 32 bits of state are plenty for a few thousand decisions. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from));
  return { next, whole, pick: (list) => list[whole(0, list.length)]!, chance: (share) => next() < share };
}
