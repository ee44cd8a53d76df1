import { renderMarkdown } from '@dormouse/web/markdown';

/**
 * A post's text as HTML, as the blog's page shows it, with addresses that are good elsewhere.
 * @param addressOf what stands for a path of this blog; a path that it leaves out becomes an address of `blog`
 */
export async function pageHtml(
  markdown: string,
  blog: string,
  addressOf: (path: string) => string | undefined = () => undefined,
): Promise<string> {
  const { html } = await renderMarkdown(markdown, { picturesElsewhere: true });
  return (
    html
      // Somebody else's blog may not vouch for its authors' links; their own does. A page of ours scrolls wide things by keys.
      .replace(/(<a\b[^>]*?)\srel="nofollow ugc noopener"/g, '$1')
      .replace(/(<(?:pre|div)\b[^>]*?)\stabindex="0"/g, '$1')
      // The prefix keeps texts from taking ids of our own pages.
      .replace(/(\sid="|\shref="[^"#]*#)user-content-/g, '$1')
      .replace(
        /(\s(?:href|src)=")(\/(?!\/)[^"]*)"/g,
        (_, start: string, path: string) => `${start}${addressOf(path) ?? `${blog}${path}`}"`,
      )
  );
}

/** Text as HTML, and as XML. */
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
