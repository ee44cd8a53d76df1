import type { MarkdownIt, Token } from 'markdown-it';

/**
 * A paragraph of pictures alone, each in a line of its own, as a gallery: figures in a grid, with their titles as captions. Pictures in one
 * line stay in it, and so do those that are links, which are badges mostly, and those of other sites, which no page shows.
 */
export function galleries(md: MarkdownIt): void {
  md.core.ruler.push('galleries', ({ tokens, Token: Made }) => {
    for (const [at, opening] of tokens.entries()) {
      const [inline, closing] = [tokens[at + 1], tokens[at + 2]];
      if (opening.type !== 'paragraph_open' || opening.hidden || !inline?.children || !closing) continue;
      const pictures = picturesAlone(inline.children);
      if (pictures.length < 2) continue;
      for (const token of [opening, closing]) Object.assign(token, { type: 'gallery', tag: 'div' });
      opening.attrSet('class', 'gallery');
      inline.children = pictures.flatMap((picture) => {
        const title = String(picture.attrGet('title') ?? '');
        picture.attrs = (picture.attrs ?? []).filter(([name]) => name !== 'title');
        const text = new Made('text', '', 0);
        text.content = title;
        const caption = [new Made('caption_open', 'figcaption', 1), text, new Made('caption_close', 'figcaption', -1)];
        return [
          new Made('figure_open', 'figure', 1),
          picture,
          ...(title === '' ? [] : caption),
          new Made('figure_close', 'figure', -1),
        ];
      });
    }
  });
}

/** The pictures of a paragraph that has nothing else; none when it has, or when two stand in one line. */
function picturesAlone(children: readonly Token[]): Token[] {
  const pictures: Token[] = [];
  let isLineOpen = false;
  for (const child of children) {
    if (child.type === 'softbreak' || child.type === 'hardbreak') isLineOpen = false;
    else if (child.type === 'text' && child.content.trim() === '') continue;
    else if (child.type !== 'image' || isLineOpen || !isOurs(String(child.attrGet('src') ?? ''))) return [];
    else {
      pictures.push(child);
      isLineOpen = true;
    }
  }
  return pictures;
}

/** Whether an address is one of this site. */
const isOurs = (address: string): boolean => !/^(?:[a-z][a-z0-9+.-]*:|[\\/]{2})/i.test(address);
