import { createHash } from 'node:crypto';
import { addressFor } from '../blog-folder/layout.ts';
import { hashIn, isServed } from '../blog-folder/picture-address.ts';
import type { Article } from './article.ts';
import { commonMark } from './commonmark.ts';
import type { Folder } from './folder.ts';
import { translated } from './foreign.ts';
import { linkTargets } from './link-targets.ts';
import { type Resolve, rewriteLinks } from './links.ts';
import { ownAddresses } from './own-addresses.ts';

const pictureTypes = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i;

/** What turned out differently from the plan. */
export interface Given {
  /** Slugs by path. */
  readonly slugs?: ReadonlyMap<string, string>;
  /** What stands for the address of a picture; nothing for one that the platform did not take. */
  readonly instead?: ReadonlyMap<string, string | undefined>;
}

/** An article's text as it goes into the blog, and what was met on the way. */
export interface Rendered {
  readonly content: string;
  /** The picture that stands for it, where media takes that: its hash, and what it shows. */
  readonly cover?: { readonly hash: string; readonly alt: string };
  /** Planned addresses of the pictures it shows. */
  readonly pictures: readonly string[];
  /** Pictures of other hosts that it shows from there. */
  readonly foreign: readonly string[];
  readonly deadLinks: readonly string[];
  /** Pictures that lie elsewhere than their link says. */
  readonly found: readonly { target: string; path: string }[];
  /** Paths of the articles it links to. */
  readonly articles: readonly string[];
  /** How often what is no Markdown stands in it as it was, by kind. */
  readonly unknown: ReadonlyMap<string, number>;
}

export interface Renderer {
  render(article: Article, given?: Given): Rendered;
  /** Path of a picture by its planned address, once an article that shows it was rendered. */
  pictureOf(address: string): string | undefined;
}

export interface RendererOptions {
  /** Planned slugs by path. */
  readonly slugs: ReadonlyMap<string, string>;
  /** Where the blog was before, for links that lead to nothing in the folder. */
  readonly site?: string | undefined;
  /** All addresses under which the blog was: links to them are the blog's own. */
  readonly addresses?: readonly string[];
  /** Addresses of other hosts whose pictures were brought: `read` of the folder has them by their address. */
  readonly fetched?: ReadonlySet<string> | undefined;
}

/** Renders articles of one folder as plain CommonMark whose links lead to the imported posts and pictures. */
export function renderer(folder: Folder, articles: readonly Article[], options: RendererOptions): Renderer {
  const { slugs, site, addresses = [] } = options;
  const at = linkTargets(
    articles.map(({ path, extra, alsoAt = [], formerly = [] }) => ({
      path,
      addresses: [...extra.addresses, ...alsoAt, formerly].flat(),
    })),
    folder.files,
  );
  const titles = new Map(articles.map(({ path, title }) => [path, title]));
  const own = ownAddresses([...addresses, ...(site ? [site] : [])]);
  const planned = new Map<string, string>();
  const pictures = new Map<string, string>();

  const addressOf = (path: string): string => {
    const known = planned.get(path);
    if (known !== undefined) return known;
    const bytes = folder.read(path);
    const address = addressFor(createHash('sha256').update(bytes).digest('hex'), bytes);
    planned.set(path, address);
    if (!pictures.has(address)) pictures.set(address, path);
    return address;
  };
  const render = (article: Article, given: Given = {}): Rendered => {
    const seen = {
      pictures: [] as string[],
      deadLinks: [] as string[],
      foreign: [] as string[],
      found: [] as { target: string; path: string }[],
      articles: [] as string[],
    };
    const page = (target: string) => {
      const name = /^@post\/(.*)$/s.exec(target)?.[1];
      const path = name === undefined ? at.article(article.path, target) : at.named(name, article.path);
      if (path === undefined) return undefined;
      seen.articles.push(path);
      const part = /#.*$/s.exec(target)?.[0] ?? '';
      const isName = part !== '' && path.toLowerCase().endsWith(part.toLowerCase());
      return `/blog/posts/${encodeURIComponent(given.slugs?.get(path) ?? slugs.get(path)!)}${isName ? '' : part}`;
    };
    const picture = (target: string) => {
      const file = at.file(article.path, target);
      if (!file || !pictureTypes.test(file.path)) return undefined;
      if (file.moved) seen.found.push({ target, path: file.path });
      return shown(addressOf(file.path));
    };
    const shown = (address: string) => {
      const there = given.instead?.has(address) ? given.instead.get(address) : address;
      if (there !== undefined) seen.pictures.push(address);
      return there;
    };
    const foreign = (address: string) => {
      const brought = options.fetched?.has(address) ? shown(addressOf(address)) : undefined;
      if (brought === undefined) seen.foreign.push(address);
      return brought ?? address;
    };
    const dead = (target: string, kind: 'link' | 'picture', whole?: string) => {
      seen.deadLinks.push(target.replace(/^@post\/(.*)$/s, (_, name: string) => `[[${decoded(name)}]]`));
      if (whole !== undefined && !/^https?:\/\/[\w-]+\.invalid\//.test(whole))
        return kind === 'picture' ? foreign(whole) : whole;
      return kind === 'link' ? formerAddress(site, article.path, target) : undefined;
    };
    const resolve: Resolve = Object.assign(
      (target: string, kind: 'link' | 'picture', whole?: string) =>
        (kind === 'link' ? page(target) : undefined) ?? picture(target) ?? dead(target, kind, whole),
      { own, foreign },
    );
    const { text, unknown } = article.converted
      ? { text: article.body, unknown: article.unknown ?? new Map() }
      : translated(article.body, (name) => titles.get(at.named(name, article.path) ?? ''), {
          isVault: article.program === 'Obsidian' || article.program === 'Logseq',
        });
    const content = rewriteLinks(article.converted ? text : commonMark(text), resolve).trim();
    return { ...withCover(content, article.cover, resolve), ...seen, unknown };
  };

  return { render, pictureOf: (hash) => pictures.get(hash) };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * The text with its cover: beside it, where media takes it; else above it, unless the text shows it. One that a head only mentions is left
 * out where it is not brought.
 */
function withCover(content: string, cover: Article['cover'], resolve: Resolve): Pick<Rendered, 'content' | 'cover'> {
  if (!cover) return { content };
  const picture = rewriteLinks(`![${cover.alt.replace(/[[\]\\]/g, '\\$&')}](<${cover.url}>)`, resolve);
  const address = /\]\(<?([^<>()]*)>?\)$/.exec(picture)?.[1];
  if (address && isServed(address)) {
    // A post needs a text, and then it shows it once.
    if (content === '') content = picture;
    const alt = [...cover.alt.replace(/[\s\p{Cc}]+/gu, ' ').trim()].slice(0, maxAlt).join('');
    return { content, cover: { hash: hashIn(address), alt } };
  }
  if (cover.isMention && !address?.startsWith('/blog/media/')) return { content };
  return { content: address && content.includes(`](${address})`) ? content : `${picture}\n\n${content}` };
}

/** Characters of what a cover shows. */
const maxAlt = 500;

function formerAddress(site: string | undefined, from: string, target: string): string | undefined {
  if (!site || target.startsWith('@post/')) return undefined;
  const page = new URL(`${from.replace(/\.\w+$/, '')}/`, `${site.replace(/\/+$/, '')}/`);
  return URL.canParse(target, page) ? new URL(target, page).href : undefined;
}
