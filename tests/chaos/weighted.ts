/** Names by weight: one of weight two stands here twice, and gets twice as many faults. */
export const weighted = <T extends string>(weights: Record<T, number>): T[] =>
  Object.entries<number>(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name as T));
