import type { MarkdownIt, Token } from 'markdown-it';

/** What stands at an address, for a link to it. */
export interface Embed {
  /** Where people look at it, instead of what frames load. */
  href: string;
  /** `Video`, `Post`, … */
  kind: string;
  /** Address without what everybody knows. */
  shown: string;
}

/** Kinds by host and form of the path. */
const kinds: readonly (readonly [kind: string, host: RegExp, path: RegExp])[] = [
  ['Video', /^(?:youtube\.com|youtube-nocookie\.com)$/, /^\/(?:watch$|shorts\/|embed\/|live\/|v\/|playlist$)/],
  ['Video', /^youtu\.be$/, /^\/[\w-]+$/],
  ['Video', /^(?:player\.)?vimeo\.com$/, /^\/(?:video\/)?\d+/],
  [
    'Video',
    /^(?:dailymotion\.com|tv\.naver\.com|nicovideo\.jp|bilibili\.com|player\.bilibili\.com)$/,
    /^\/(?:embed\/)?(?:video|v|watch|player)/,
  ],
  ['Video', /^(?:twitch\.tv|player\.twitch\.tv)$/, /^\/(?:videos\/\d+|$)/],
  ['Video', /^tiktok\.com$/, /^\/@[\w.-]+\/video\/\d+/],
  ['Post', /^(?:x\.com|twitter\.com)$/, /^\/\w+\/status\/\d+/],
  ['Post', /^bsky\.app$/, /^\/profile\/[^/]+\/post\/\w+/],
  ['Post', /^(?:threads\.(?:net|com)|instagram\.com)$/, /^\/(?:@[\w.]+\/post|p|reel)\/[\w-]+/],
  ['Post', /^(?:reddit\.com|old\.reddit\.com)$/, /^\/r\/\w+\/comments\//],
  ['Post', /^[\w-]+(?:\.[\w-]+)+$/, /^\/@[\w.-]+(?:@[\w.-]+)?\/\d{15,}$/],
  ['Sound', /^(?:soundcloud\.com|open\.spotify\.com|w\.soundcloud\.com)$/, /^\/.+/],
  ['Code', /^(?:gist\.github\.com|codepen\.io|codesandbox\.io|stackblitz\.com|jsfiddle\.net)$/, /^\/.+/],
];

/** What a link to a video, a post or the like shows; undefined for addresses of other things. */
export function embedOf(address: string): Embed | undefined {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const host = url.host.replace(/^(?:www|m)\./, '');
  const kind = kinds.find(([, hosts, paths]) => hosts.test(host) && paths.test(url.pathname))?.[0];
  if (kind === undefined) return undefined;
  const href = watched(url, host) ?? address;
  return { href, kind, shown: shownAs(href) };
}

/** An address as people read it. */
export const shownAs = (address: string): string =>
  address.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/[/?#]$/, '');

/** The page of a video whose player is at `url`. */
function watched(url: URL, host: string): string | undefined {
  if (host === 'player.vimeo.com') return `https://vimeo.com/${url.pathname.split('/')[2]}`;
  const id =
    host === 'youtu.be' ? url.pathname.slice(1) : /^\/(?:embed|live|v)\/([\w-]{6,})(?:&.*)?$/.exec(url.pathname)?.[1];
  if (id === undefined || !(host === 'youtu.be' || host.startsWith('youtube'))) return undefined;
  const from = url.searchParams.get('start') ?? url.searchParams.get('t');
  return `https://www.youtube.com/watch?v=${id}${from && /^\w{1,12}$/.test(from) ? `&t=${from}` : ''}`;
}

/** An address of a video or a post that is a paragraph of its own, as a card that leads there. Nothing is asked of that site. */
export function embeds(md: MarkdownIt): void {
  const { escapeHtml } = md.utils;
  md.core.ruler.push('embeds', ({ tokens, Token: Made }) => {
    for (const [at, { type, children }] of tokens.entries()) {
      const [link, text, end, ...more] = children ?? [];
      if (type !== 'inline' || tokens[at - 1]?.type !== 'paragraph_open' || more.length > 0) continue;
      if (link?.type !== 'link_open' || text?.type !== 'text' || end?.type !== 'link_close') continue;
      const address = String(link.attrGet('href'));
      const embed = link.info === 'auto' || text.content === address ? embedOf(address) : undefined;
      if (!embed) continue;
      link.attrs = [
        ['class', 'embed'],
        ['href', embed.href],
      ];
      const card = new Made('embed', '', 0);
      card.meta = { ...embed };
      (children as Token[])[1] = card;
    }
  });
  md.renderer.rules.embed = (tokens, at) => {
    const { kind, shown } = (tokens[at] as Token).meta as unknown as Embed;
    return `<b>${kind}</b> ${escapeHtml(shown)}`;
  };
}
