import { carriedFields } from '../extra.ts';
import { datedName } from './dated-name.ts';
import { matching } from './patterns.ts';
import { hexoPermalink } from './permalinks.ts';
import { type Settings, settingsIn, text, texts, within, zoneOf } from './settings.ts';
import { below, type Place, pageOf, partsOf, type Site } from './site.ts';

/** Tags whose posts hexo-blog-encrypt shows to those who know a password. */
const encryptedTags = (config: Settings): ReadonlySet<string> =>
  new Set(
    settingsIn(within(config, 'encrypt').tags).flatMap(({ name, password }) =>
      text(name) !== undefined && password !== undefined && password !== '' ? [text(name)!] : [],
    ),
  );

/** A site of Hexo by its `_config.yml`. */
export function hexo(
  root: string,
  config: Settings = {},
  source = text(config.source_dir)?.replace(/^\.?\/|\/$/g, '') ?? 'source',
): Site {
  const excluded = matching(texts(config.exclude));
  const ignored = matching(texts(config.ignore));
  const unrendered = matching(texts(config.skip_render));
  const included = matching(texts(config.include));
  const address = text(config.url);
  const encrypted = encryptedTags(config);
  return {
    program: 'Hexo',
    root,
    zone: zoneOf(config.timezone),
    address,
    headMayBeginWithout: true,
    permalink: hexoPermalink(config, source, zoneOf(config.timezone)),
    place(path, head): Place {
      const own = below(source, path);
      const { folders, base, name } = partsOf(own ?? path);
      const rest = { name, defaults: [] };
      if (own === undefined)
        return /^(?:scaffolds|themes|node_modules|public)\//.test(path)
          ? { ...rest, kind: 'page', hidden: [], folders: [], aside: `it lies in ${folders[0]}` }
          : { ...rest, kind: 'page', hidden: [`Hexo reads ${source} only`], folders: [] };
      const post = folders[0] === '_posts' || folders[0] === '_drafts';
      const inner = post ? [...folders.slice(1), base] : [...folders, base];
      const hidden = [
        ...(folders[0] === '_drafts' ? ['it lies in _drafts'] : []),
        ...(inner.some((part) => /^[_.]|[~%]$/.test(part)) && !included(own)
          ? ['Hexo does not read names that begin with "_"']
          : []),
        ...(excluded(own) ? ['exclude of _config.yml names it'] : []),
        ...(ignored(own) || ignored(path) ? ['ignore of _config.yml names it'] : []),
        ...(unrendered(own) ? ['skip_render of _config.yml names it'] : []),
        ...carriedFields(head.fields).tags.flatMap((tag) =>
          encrypted.has(tag) ? [`encrypt of _config.yml asks for a password for the tag ${tag}`] : [],
        ),
      ];
      if (folders[0] === '_data') return { ...rest, kind: 'page', hidden: [], folders: [], aside: 'it lies in _data' };
      if (!post) return { ...rest, name: pageOf({ name, folders }).name, kind: 'page', hidden, folders: [] };
      const dated = /:year.*:day/.test(text(config.new_post_name) ?? '')
        ? datedName(name, zoneOf(config.timezone))
        : undefined;
      return { ...rest, name: dated?.name || name, date: dated?.date, kind: 'post', hidden, folders: [] };
    },
  };
}
