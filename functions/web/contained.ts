import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';

/** Most times that markup is written anew. */
const tries = 3;

/**
 * Markup as it stays within the element that it is put into. Written by hand, an element may be where HTML has no place for it: a browser
 * moves and closes things then, and a balanced `</div>` may end an element of the page. Such markup is written anew from what
 * a browser makes of it. @returns undefined when that does not help
 */
export function contained(html: string): string | undefined {
  let written = html;
  for (let n = 0; n < tries; n++) {
    if (isContained(written)) return written;
    written = serialize(parseFragment(written));
  }
  return isContained(written) ? written : undefined;
}

/** What stands around an article and may stand in one, too; from the outside. */
const around = ['div', 'section', 'article', 'div'];

function isContained(html: string): boolean {
  const page = around.reduceRight((inner, name) => `<${name}>${inner}</${name}><hr>`, html);
  let { childNodes } = parseFragment(page) as DefaultTreeAdapterTypes.ParentNode;
  for (const name of around) {
    const [inner, after, ...more] = childNodes;
    if (inner?.nodeName !== name || after?.nodeName !== 'hr' || more.length > 0) return false;
    ({ childNodes } = inner as DefaultTreeAdapterTypes.Element);
  }
  return true;
}
