import { posix } from 'node:path';
import { decodeHTML } from 'entities';
import type { FrontMatter, Pair } from '../front-matter.ts';
import { withoutComments } from '../static-javascript.ts';
import { timestamp } from '../timestamp.ts';
import { anySite } from './any.ts';
import { astroCollections } from './astro-collections.ts';
import { matching } from './patterns.ts';
import { type Settings, text, texts } from './settings.ts';
import { below, type Place, type Site } from './site.ts';

/** What a program says of a file besides what any folder of Markdown says. */
type Besides = (
  path: string,
  head: FrontMatter,
) => { readonly aside?: string | undefined; readonly hidden?: readonly string[]; readonly defaults?: readonly Pair[] };

/** @param paths of articles, relative to the root */
function site(program: string, root: string, paths: readonly string[], besides: Besides): Site {
  const any = anySite(paths);
  return {
    ...any,
    program,
    root,
    place(path, head): Place {
      const place = any.place(path, head);
      const { aside, hidden = [], defaults = place.defaults } = besides(path, head);
      return { ...place, ...(aside === undefined ? {} : { aside }), hidden: [...place.hidden, ...hidden], defaults };
    },
  };
}

/**
 * A site of VitePress or VuePress by the configuration in `.vitepress` or `.vuepress`.
 * @param code texts of the configuration and the theme, which may ask for passwords
 */
export function vuepress(root: string, paths: readonly string[], config: Settings, code: readonly string[] = []): Site {
  const encrypted = code.map(encryptedBy);
  const source = posix.join('.', text(config.srcDir) ?? '.').replace(/\/$/, '');
  const unwanted = texts(config.pagePatterns).flatMap((pattern) => (pattern.startsWith('!') ? [pattern.slice(1)] : []));
  const excluded = matching([...texts(config.srcExclude), ...unwanted]);
  return site('VuePress', root, paths, (path, head) => {
    const own = below(source, path);
    if (own === undefined) return { hidden: [`VitePress reads ${source} only`] };
    return {
      hidden: [
        ...(excluded(own) ? ['the configuration excludes it'] : []),
        ...(encrypted.some((asks) => asks(own, text(head.fields.permalink))) ? ['the theme asks for a password'] : []),
      ],
    };
  });
}

/** `encrypt` of vuepress-theme-hope: passwords by addresses, or for everything; told by its words, since themes are code. */
function encryptedBy(config: string): (path: string, permalink: string | undefined) => boolean {
  const code = withoutComments(config);
  const [, block] = /\bencrypt\s*:\s*\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}/.exec(code) ?? [];
  if (block === undefined) return () => /\bencrypt\s*[:,}]/.test(code);
  const addresses = Array.from(block.matchAll(/["'`](\/[^"'`]*)["'`]\s*:/g), ([, address]) => address!);
  const isOdd = ['"', "'", '`'].some((quote) => block.split(quote).length % 2 === 0);
  const isUnclear = addresses.length === 0 || /\]\s*:|\.{3}/.test(block) || isOdd;
  if (isUnclear || /\bglobal\s*:\s*(?!false\b)/.test(block)) return () => true;
  const begins = addresses.map((address) => decodeURI(address.replace(/(?:index)?\.html$/, '')));
  return (path, permalink) => {
    const address = `/${path.replace(/\.\w+$/, '').replace(/(^|\/)(?:index|readme)$/i, '$1')}`;
    return begins.some((begin) => address.startsWith(begin) || permalink?.startsWith(begin));
  };
}

/** A site of Quartz; its configuration is code, of which two things are told by their words. */
export function quartz(root: string, paths: readonly string[], config: string): Site {
  const code = withoutComments(config);
  const explicit = /\bExplicitPublish\s*\(/.test(code);
  const patterns = Array.from(
    /\bignorePatterns\s*:\s*\[([^\]]*)\]/.exec(code)?.[1]?.matchAll(/["'`]([^"'`]+)["'`]/g) ?? [],
  );
  const ignored = matching(
    patterns.flatMap(([, pattern]) => [pattern!, `**/${pattern}`, `${pattern}/**`, `**/${pattern}/**`]),
  );
  return site('Quartz', root, paths, (path, head) => {
    const own = below('content', path);
    if (own === undefined) return { hidden: ['Quartz reads content only'] };
    const publish = String(head.fields.publish ?? '').toLowerCase();
    return {
      hidden: [
        ...(ignored(own) ? ['ignorePatterns names it'] : []),
        ...(explicit && publish !== 'true' ? ['Quartz shows what says "publish: true", and it does not'] : []),
      ],
    };
  });
}

/**
 * A site of Astro: what begins with "_" is no page. The schemas of its collections say what holds where a head says nothing, such as
 * `draft: z.boolean().default(true)`.
 * @param collections texts of `src/content.config.ts`
 */
export function astro(
  root: string,
  paths: readonly string[],
  { config = {}, collections = [] }: { config?: Settings | undefined; collections?: readonly string[] } = {},
): Site {
  const schemas = collections.flatMap(astroCollections);
  const address = text(config.site);
  return {
    ...site('Astro', root, paths, (path) => {
      const part = path.split('/').find((one) => one.startsWith('_'));
      return {
        hidden: part === undefined ? [] : [`Astro leaves out ${part}`],
        defaults: schemas.find(({ folder }) => below(folder, path) !== undefined)?.defaults ?? [],
      };
    }),
    ...(address && { address: `${address.replace(/\/+$/, '')}${text(config.base) ?? ''}` }),
  };
}

/** A vault of Obsidian. Where some note says that it is published, nothing else is; a tag is a mark there, as in no blog. @param explicit some note says `publish: true` */
export const obsidian = (root: string, paths: readonly string[], explicit: boolean): Site => ({
  titleOfName: (name) => name,
  namesAreTitles: true,
  tagsInText: true,
  ...site('Obsidian', root, paths, (_, head) => {
    if (head.fields['excalidraw-plugin'] !== undefined) return { aside: 'it is a drawing' };
    const said = head.fields.publish ?? head.fields['dg-publish'];
    return {
      hidden: [
        ...(explicit && said === undefined ? ['other notes say "publish: true", and it does not'] : []),
        ...(tagged(head) ? ['its tags say so'] : []),
      ],
    };
  }),
});

/**
 * A graph of Logseq: pages are public that say `public:: true`, or all that do not say otherwise where `logseq/config.edn` has it so.
 * @param config text of that file
 */
export function logseq(root: string, paths: readonly string[], config: string): Site {
  const settings = config.replace(/;.*$/gm, '');
  const isOpen = /:publishing\/all-pages-public\?\s+true\b/.test(settings);
  const hidden = Array.from(/:hidden\s*\[([^\]]*)\]/.exec(settings)?.[1]?.matchAll(/"([^"]+)"/g) ?? [], ([, path]) =>
    path!.replace(/^(?:\.\.)?\/|\/$/g, ''),
  );
  const graph = site('Logseq', root, paths, (path, head) => {
    const [folder = ''] = path.split('/');
    if (!/^(?:pages|journals)$/.test(folder)) return { aside: 'it is no page of the graph' };
    const isPublic = String(head.fields.public ?? '').toLowerCase() === 'true';
    return {
      hidden: [
        ...(isPublic || isOpen ? [] : ['Logseq shows what says "public:: true", and it does not']),
        ...hidden.filter((one) => path === one || below(one, path) !== undefined).map((one) => `Logseq hides ${one}`),
      ],
    };
  });
  return {
    ...graph,
    namesAreTitles: true,
    tagsInText: true,
    place(path, head) {
      const place = graph.place(path, head);
      const day = /^(\d{4})_(\d{2})_(\d{2})$/.exec(place.name)?.slice(1).join('-');
      const name = day ?? decodedName(place.name.replaceAll('___', '/'));
      return { ...place, name, folders: [], ...(day === undefined ? {} : { date: timestamp(day) }) };
    },
  };
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const closedTag = /^#?(?:private|drafts?|unpublished|nopublish)$/i;

/** Whether a tag keeps a note private: in its head, or in a line of nothing but tags. */
function tagged({ fields, body }: FrontMatter): boolean {
  const said = [fields.tags, fields.tag].flat().flatMap((one) => (typeof one === 'string' ? one.split(/[,\s]+/) : []));
  const lines = body.match(/^[ \t]*#[\p{L}][^\s#]*(?:[ \t]+#[\p{L}][^\s#]*)*[ \t]*$/gmu) ?? [];
  return [...said, ...lines.flatMap((line) => line.trim().split(/\s+/))].some((tag) => closedTag.test(tag));
}

/** Whether a note says that it is published. */
export const saysPublish = (note: string): boolean =>
  /^\uFEFF?---\n[\s\S]{0,4000}?^["']?(?:dg-)?publish["']?\s*:\s*["']?true\b/im.test(
    note.replace(/\r\n?/g, '\n').slice(0, 5000),
  );

/** An export of Medium: articles lie in `posts`; all else is about the account, from addresses of its log-ins to people it blocks. */
export const medium = (root: string, paths: readonly string[]): Site =>
  site('Medium', root, paths, (path, { body }) => {
    if (!path.startsWith('posts/')) return { aside: 'it is about the account, not an article' };
    return isResponse(body) ? { hidden: ['it has no title of its own, as responses to stories have none'] } : {};
  });

/** A response has the beginning of its text for a title. */
function isResponse(html: string): boolean {
  const [, title = ''] = /<h1\b[^<>]*\bp-name\b[^<>]*>([\s\S]*?)<\/h1>/i.exec(html) ?? [];
  const content = html.slice(html.search(/<section\b[^<>]*\be-content\b/i));
  const begin = wordsOf(title)
    .replace(/(?:…|\.\.\.)$/, '')
    .trim();
  return begin !== '' && !/<h[1-4]\b/i.test(content) && wordsOf(content).startsWith(begin);
}

const wordsOf = (html: string): string =>
  decodeHTML(html.replace(/<[^<>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

/** Folders beside `posts` in an export of Medium. */
export const mediumFolders =
  /^(?:profile|sessions|ips|claps|bookmarks|blocks|interests|lists|partner-program|twitter|users-following|topics-following|pubs-following|highlights|memberships)\/[^/]+\.html$/;
