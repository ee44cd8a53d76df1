import { embedOf } from '@dormouse/web/embeds';

/** What players call themselves. */
const noTitle = /^(?:(?:youtube|vimeo)? ?(?:embedded )?(?:video|player)(?: player)?)?$/i;

/** Where an embedded frame leads, and in which words; without words its address alone says enough: our pages make a card of it. */
export interface Framed {
  readonly href: string;
  readonly words?: string;
}

/** A page of ours embeds nothing from elsewhere: what a frame shows is one click away. Undefined for addresses that are none. */
export function framed(source: string, title: string): Framed | undefined {
  const address = source.trim().replace(/^\/\//, 'https://');
  if (!/^https?:\/\//i.test(address)) return undefined;
  const embed = embedOf(address);
  if (embed && noTitle.test(title)) return { href: embed.href };
  return { href: embed?.href ?? address, words: title || 'Embedded content' };
}
