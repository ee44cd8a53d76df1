import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;

const addresses = new Set(['href', 'src']);

/**
 * An article's markup for readers elsewhere: addresses in it are whole ones.
 * @param html sanitised
 * @param page the article's own address
 */
export function absolute(html: string, page: string): string {
  const fragment = parseFragment(html);
  for (const nodes: Node[] = [...fragment.childNodes]; nodes.length > 0; ) {
    const node = nodes.pop()!;
    if ('childNodes' in node) nodes.push(...node.childNodes);
    if (!('attrs' in node)) continue;
    for (const attribute of node.attrs) {
      if (addresses.has(attribute.name)) attribute.value = URL.parse(attribute.value, page)?.href ?? attribute.value;
      if (attribute.name === 'srcset') attribute.value = absoluteCandidates(attribute.value, page);
    }
  }
  return serialize(fragment);
}

/** `address width, address width`, as articles have it; addresses have no commas and no blanks. */
const absoluteCandidates = (srcset: string, page: string): string =>
  srcset
    .split(',')
    .map((candidate) => {
      const [address = '', ...descriptor] = candidate.trim().split(' ');
      return [URL.parse(address, page)?.href ?? address, ...descriptor].join(' ');
    })
    .join(', ');
