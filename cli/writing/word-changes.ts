import { difference } from '@dormouse/web/difference';
import { harmlessText, type Terminal } from '../terminal.ts';

/** What turned one text into another, by words, as `git diff --word-diff` shows it: the lines in which something changed. */
export function wordChanges(earlier: string, later: string, { paint }: Pick<Terminal, 'paint'>): string[] {
  const marks = { gone: ['[-', '-]', 'red'], new: ['{+', '+}', 'green'] } as const;
  let changed: boolean[] = [false];
  const lines = [''];
  for (const { kind, text } of difference(earlier, later))
    for (const [at, part] of harmlessText(text).split('\n').entries()) {
      if (at > 0) {
        lines.push('');
        changed = [...changed, false];
      }
      if (kind === 'same') lines[lines.length - 1] += part;
      else if (part !== '') {
        const [open, close, style] = marks[kind];
        lines[lines.length - 1] += paint(style, `${open}${part}${close}`);
        changed[changed.length - 1] = true;
      }
    }
  return lines.filter((_, at) => changed[at]);
}
