/**
 * Repeats what changes some rows in a transaction of its own, until it has changed none. No statement takes long, however many there are, and
 * what was done stays done: whoever is interrupted begins with what is left.
 * @param some changes a part, and answers how many rows that were
 */
export async function untilNone(some: () => Promise<number>): Promise<void> {
  for (let changed = await some(); changed > 0; changed = await some());
}

/** Rows of one statement: hundreds take some ten milliseconds, and PostgreSQL ends what takes longer than 4 s. */
export const someRows = 500;
