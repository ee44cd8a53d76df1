import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What became of an event that a lossy Broker has acknowledged. */
export type Fate = 'dropped' | 'doubled' | 'held' | 'undelivered';

export interface Losses {
  /** Written at once: the process may be killed any moment. */
  note(fate: Fate, event: { source: string; id: string }): void;
  /** Everything that was noted, by events' names as `source id`; empty when the Broker loses nothing. */
  read(): { fate: Fate; name: string }[];
}

/** What a lossy Broker did, in a file of the platform's home. */
export function lossesIn(home: string): Losses {
  const file = join(home, 'lossy-broker.tsv');
  return {
    note: (fate, { source, id }) => appendFileSync(file, `${fate}\t${source} ${id}\n`),
    read() {
      let text = '';
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      // A kill may have cut the last line short.
      const lines = text.split('\n').slice(0, -1);
      return lines.map((line) => {
        const [fate, name = ''] = line.split('\t') as [Fate, string];
        return { fate, name };
      });
    },
  };
}
