import { difference, type Run } from './difference.ts';
import { type Html, markup, trusted } from './html.ts';

/** What turned one text into another: struck through what only the earlier has, underlined what only the later has. */
export const changes = (earlier: string, later: string): Html =>
  markup`<pre class="diff" dir="auto" tabindex="0">${shown(difference(earlier, later))}</pre>`;

/** Characters that stay on each side of a change. */
const around = 400;

const shown = (runs: readonly Run[]): Html[] =>
  runs.map(({ kind, text }, n) => {
    if (kind === 'gone') return markup`<del>${text}</del>`;
    if (kind === 'new') return markup`<ins>${text}</ins>`;
    const [first, last] = [n === 0, n === runs.length - 1];
    if (text.length <= 2 * around + 200) return markup`${text}`;
    const head = first ? '' : text.slice(0, text.indexOf('\n', around) + 1);
    const tail = last ? '' : text.slice(text.lastIndexOf('\n', text.length - around) + 1);
    if (head.length + tail.length >= text.length) return markup`${text}`;
    return markup`${head}${trusted('<span class="muted">[…]</span>')}\n${tail}`;
  });
