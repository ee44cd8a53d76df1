import type { MarkdownIt, Token } from 'markdown-it';

/** A picture that is a paragraph of its own, and has a title, as a figure with the title as its caption. */
export function figures(md: MarkdownIt): void {
  md.core.ruler.push('figures', ({ tokens, Token: Made }) => {
    for (const [at, opening] of tokens.entries()) {
      const [inline, closing] = [tokens[at + 1], tokens[at + 2]];
      if (opening.type !== 'paragraph_open' || opening.hidden || !inline?.children || !closing) continue;
      const picture = onlyPicture(inline.children);
      const title = String(picture?.attrGet('title') ?? '');
      if (!picture?.attrs || title === '') continue;
      picture.attrs = picture.attrs.filter(([name]) => name !== 'title');
      for (const token of [opening, closing]) Object.assign(token, { type: 'figure', tag: 'figure' });
      const text = new Made('text', '', 0);
      text.content = title;
      inline.children.push(
        new Made('caption_open', 'figcaption', 1),
        text,
        new Made('caption_close', 'figcaption', -1),
      );
    }
  });
}

/** The picture that a paragraph consists of, with or without a link around it. */
function onlyPicture(children: readonly Token[]): Token | undefined {
  const [first, second, third] = children;
  if (children.length === 1 && first?.type === 'image') return first;
  const linked = children.length === 3 && first?.type === 'link_open' && third?.type === 'link_close';
  return linked && second?.type === 'image' ? second : undefined;
}
