import type { MarkdownIt, Token } from 'markdown-it';

const marker = /^\[([ xX])\](?=\s)/;

/** Items of lists that begin with `[ ]` or `[x]`, with a box that nobody can tick. */
export function taskLists(md: MarkdownIt): void {
  md.core.ruler.after('inline', 'task-lists', ({ tokens, Token: Made }) => {
    for (const [at, { type, children }] of tokens.entries()) {
      const item = tokens[at - 2];
      const first = children?.[0];
      if (type !== 'inline' || item?.type !== 'list_item_open' || first?.type !== 'text') continue;
      const [found, mark] = marker.exec(first.content) ?? [];
      if (found === undefined) continue;
      const box = new Made('task', 'input', 0);
      box.attrs = [
        ['type', 'checkbox'],
        ['disabled', ''],
        ...(mark === ' ' ? [] : [['checked', ''] as [string, string]]),
      ];
      first.content = first.content.slice(found.length);
      (children as Token[]).unshift(box);
      item.attrJoin('class', 'task');
    }
  });
}
