import type { MarkdownIt } from 'markdown-it';

/**
 * Addresses without any marks as links, as GitHub does it: `https://…`, `http://…`, `www.…`, `mailto:…` and e-mail addresses. Not
 * `ftp://`, to which no link of an article may lead, and not `//…`, which is a comment more often than an address.
 */
export function bareLinks(md: MarkdownIt): void {
  const { linkify } = md;
  const { re } = linkify;
  let host: RegExp | undefined;
  linkify
    .add('ftp:', null)
    .add('//', null)
    .add('www.', {
      validate(text: string, at: number) {
        host ??= new RegExp(`${re.get_url_host_port().source}${re.get_path().source}`, 'iy');
        host.lastIndex = at;
        return host.exec(text)?.[0].length ?? 0;
      },
      normalize(match: { url: string }) {
        match.url = `http://${match.url}`;
      },
    });
}

/** Most addresses that are looked for in one text: each of them costs as much as a paragraph. */
const maxAddresses = 2_000;

/** Whether there may be addresses that are not the targets of links already, and not too many: most articles have none. */
export function mayHaveBareLinks(text: string): boolean {
  const found = text.match(/(?<!\]\(|<|=["']?)(?:https?:\/\/|www\.)|mailto:|@/gi)?.length ?? 0;
  return found > 0 && found <= maxAddresses;
}
