import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Asks for a yes. @throws UsageError where nobody can be asked */
export async function confirmed(question: string, { ask }: Pick<Terminal, 'ask'>): Promise<boolean> {
  if (!ask) throw new UsageError(`${question} Nobody can be asked here: add --yes`);
  return ask(question);
}
