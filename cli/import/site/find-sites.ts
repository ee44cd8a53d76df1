import { posix } from 'node:path';
import type { SourceFile } from '../article.ts';
import type { Folder } from '../folder.ts';
import { lowerKeys } from '../front-matter.ts';
import { isJavascript, unread } from '../static-javascript.ts';
import { anySite } from './any.ts';
import { docusaurus } from './docusaurus.ts';
import { eleventy } from './eleventy.ts';
import { hexo } from './hexo.ts';
import { hugo } from './hugo.ts';
import { jekyll } from './jekyll.ts';
import { astro, logseq, medium, mediumFolders, obsidian, quartz, saysPublish, vuepress } from './more-sites.ts';
import { settingsIn, settingsOf } from './settings.ts';
import { below, hidingAll, type Site } from './site.ts';
import { substack } from './substack.ts';

/**
 * What programs make sites of a folder, or of folders in it, told by their settings; of a folder that has none, by how it looks.
 * @returns the site that a path belongs to
 */
export function findSites(folder: Folder): (path: string) => Site {
  const view = viewOf(folder);
  const configured = sitesWithSettings(view);
  const found = [...configured, ...sitesByLooks(view, configured)];
  found.sort((one, other) => other.root.length - one.root.length);
  const unknown = withSections(folder.documents);
  return (path) => found.find(({ root }) => below(root, path) !== undefined) ?? unknown;
}

/** A folder without settings; what its `_index.md` hand down holds, as in Hugo and in Zola. */
function withSections(documents: readonly SourceFile[]): Site {
  const any = anySite(documents.map(({ path }) => path));
  if (!documents.some(({ path }) => /(?:^|\/)_index\.\w+$/.test(path))) return any;
  const sections = hugo('', documents, { program: 'Zola', content: '' });
  return {
    ...any,
    place(path, head) {
      const place = any.place(path, head);
      const { hidden, defaults } = sections.place(path, head);
      return { ...place, hidden: [...place.hidden, ...hidden], defaults };
    },
  };
}

interface View {
  readonly paths: readonly string[];
  readonly documents: readonly SourceFile[];
  read(path: string): string;
}

function viewOf({ documents, files, read }: Folder): View {
  return {
    paths: [...documents.map(({ path }) => path), ...files],
    documents,
    read: (path) => new TextDecoder().decode(read(path)),
  };
}

function sitesWithSettings(view: View): Site[] {
  return view.paths
    .filter((path) => !/(?:^|\/)(?:themes|node_modules|vendor)\//.test(path))
    .flatMap((path) => siteOf(path, view) ?? []);
}

function siteOf(path: string, view: View): Site | undefined {
  const name = posix.basename(path);
  const root = posix.dirname(path) === '.' ? '' : posix.dirname(path);
  const has = (inner: RegExp) => view.paths.some((other) => inner.test(below(root, other) ?? ''));
  if (/^hugo\.(?:toml|ya?ml|json)$/.test(name))
    return hugoAt(root.replace(/(?:^|\/)config\/_default$/, ''), [path], view);
  if (/^config\.(?:toml|ya?ml|json)$/.test(name)) return configured(root, path, view);
  if (/^_config\.(?:ya?ml|toml)$/.test(name)) return withConfig(root, path, view, has);
  if (/^(?:\.eleventy\.c?js|eleventy\.config\.[cm]?[jt]s)$/.test(name)) {
    const files = new Set(view.paths.flatMap((other) => below(root, other) ?? []));
    const config = view.read(path);
    const site = eleventy(root, config, { files, read: (inner) => view.read(posix.join(root, inner)) });
    return isJavascript(config) ? site : hidingAll(site, name);
  }
  const other = otherSite(path, name, root, view);
  if (other) return other;
  if (!/^docusaurus\.config\.[cm]?[jt]s$/.test(name)) return undefined;
  const besides = (name: RegExp) =>
    view.paths
      .filter((other) => name.test(other) && below(root, other) !== undefined)
      .flatMap((file) => settingsIn(settingsOf(file, view.read(file))));
  const config = settingsOf(path, view.read(path));
  const site = docusaurus(root, config, {
    people: besides(/(?:^|\/)authors\.(?:ya?ml|json)$/),
    tags: besides(/(?:^|\/)tags\.(?:ya?ml|json)$/),
  });
  return config ? site : hidingAll(site, name);
}

/** Programs whose articles are any Markdown, and that leave some of it out. */
function otherSite(path: string, name: string, root: string, view: View): Site | undefined {
  const documents = (at: string) => documentsBelow(at, view);
  const paths = (at: string) => documents(at).map((document) => document.path);
  const [, above = '', folder] = /^(?:(.*)\/)?(\.(?:vitepress|vuepress|obsidian))$/.exec(root) ?? [];
  if (folder === '.obsidian' && name === 'app.json')
    return obsidian(
      above,
      paths(above),
      documents(above).some(({ text }) => saysPublish(text)),
    );
  if (folder !== undefined && /^config\.[cm]?[jt]s$/.test(name)) {
    // `defineConfig({ … })` is for the editor's sake.
    const config = settingsOf(path, view.read(path).replace(/\bdefine\w*Config\s*\(/g, '('));
    const code = view.paths
      .filter((other) => /\.[cm]?[jt]s$/.test(below(root, other) ?? ''))
      .map((file) => view.read(file));
    const site = vuepress(above, paths(above), config ?? {}, code);
    const rules = config && [config.srcExclude, config.pagePatterns, config.srcDir].flat();
    const told = rules && !('…' in config) && !rules.includes(unread);
    return told ? site : hidingAll(site, posix.join(folder, name));
  }
  if (/^quartz\.config\.[jt]s$/.test(name)) return quartz(root, paths(root), view.read(path));
  if (/^astro\.config\.[cm]?[jt]s$/.test(name)) {
    const config = settingsOf(path, view.read(path).replace(/\bdefine\w*Config\s*\(/g, '('));
    const collections = view.paths.filter((other) =>
      /^src\/content(?:\.config|\/config)\.[cm]?[jt]s$/.test(below(root, other) ?? ''),
    );
    return astro(root, paths(root), { config, collections: collections.map((file) => view.read(file)) });
  }
  if (name === 'config.edn' && posix.basename(root) === 'logseq') {
    const above = posix.dirname(root) === '.' ? '' : posix.dirname(root);
    return logseq(above, paths(above), view.read(path));
  }
  if (name === 'posts.csv' && paths(root).some((one) => /^posts\/[^/]+\.html?$/i.test(one)))
    return substack(root, paths(root), view.read(path));
  if (name === 'profile.html' && posix.basename(root) === 'profile') return mediumAt(posix.dirname(root), view);
  return undefined;
}

/** Told by what lies beside the articles. */
function mediumAt(folder: string, view: View): Site | undefined {
  const root = folder === '.' ? '' : folder;
  const paths = documentsBelow(root, view).map(({ path }) => path);
  return paths.some((path) => /^posts\/[^/]+\.html$/.test(path)) && paths.some((path) => mediumFolders.test(path))
    ? medium(root, paths)
    : undefined;
}

/** `_config.yml` is of Jekyll or of Hexo. */
function withConfig(root: string, path: string, view: View, has: (inner: RegExp) => boolean): Site {
  const config = settingsOf(path, view.read(path));
  const isHexo =
    has(/^(?:source\/_posts|source\/_drafts|scaffolds)\//) ||
    ['post_asset_folder', 'skip_render', 'source_dir', 'new_post_name'].some((key) => key in (config ?? {}));
  const people = view.paths.filter((other) =>
    /^(?:\w+\/)?_data\/(?:authors?|people|members|team|contributors)\.(?:ya?ml|json)$/.test(below(root, other) ?? ''),
  );
  const site = isHexo
    ? hexo(root, config)
    : jekyll(
        root,
        config,
        people.flatMap((file) => settingsIn(settingsOf(file, view.read(file)))),
      );
  return config ? site : hidingAll(site, posix.basename(path));
}

/** `config.toml` is of Hugo or of Zola; of Hugo it may lie in `config/_default`, with its parts beside it. */
function configured(root: string, path: string, view: View): Site | undefined {
  const own = /^(?:(.*)\/)?config\/_default$/.exec(root);
  const at = own ? (own[1] ?? '') : root;
  const config = lowerKeys(Object.entries(settingsOf(path, view.read(path)) ?? {}));
  const hasContent = view.paths.some((other) => /^(?:content|archetypes)\//.test(below(at, other) ?? ''));
  if (!hasContent && !('baseurl' in config) && !('base_url' in config)) return undefined;
  if ('base_url' in config && !('baseurl' in config))
    return hugo(at, documentsBelow(at, view), { program: 'Zola', config });
  return hugoAt(at, [path], view);
}

/** Settings of Hugo: one file, and what `config/_default` has under the names of its keys. */
function hugoAt(root: string, files: readonly string[], view: View): Site {
  const parts = view.paths.filter((other) =>
    /^config\/_default\/[\w-]+\.(?:toml|ya?ml|json)$/.test(below(root, other) ?? ''),
  );
  const config: Record<string, unknown> = {};
  const unreadable: string[] = [];
  for (const file of [...files, ...parts]) {
    const settings = settingsOf(file, view.read(file));
    if (!settings) unreadable.push(file);
    const key = posix
      .basename(file)
      .replace(/\.\w+$/, '')
      .toLowerCase();
    const whole = /^(?:hugo|config)$/.test(key) ? settings : { [key]: settings };
    Object.assign(config, lowerKeys(Object.entries(whole ?? {})));
  }
  const site = hugo(root, documentsBelow(root, view), { config });
  return unreadable[0] === undefined ? site : hidingAll(site, unreadable[0]);
}

const documentsBelow = (root: string, { documents }: View): SourceFile[] =>
  documents.flatMap((document) => {
    const path = below(root, document.path);
    return path === undefined ? [] : [{ ...document, path }];
  });

/** A folder `_posts` without settings: Jekyll's where names begin with a day, else Hexo's. */
function sitesByLooks(view: View, configured: readonly Site[]): Site[] {
  const roots = new Set(
    view.documents.flatMap(
      ({ path }) => /^(?:(.*?)\/)?_posts\//.exec(path)?.[1] ?? (path.startsWith('_posts/') ? '' : []),
    ),
  );
  const outermost = [...roots].filter(
    (root) => ![...roots].some((other) => other !== root && below(other, root) !== undefined),
  );
  return outermost.flatMap((root) => {
    if (configured.some((site) => below(site.root, root === '' ? 'x' : `${root}/x`) !== undefined)) return [];
    const names = view.documents.flatMap(
      ({ path }) => /^_posts\/(?:.*\/)?([^/]+)$/.exec(below(root, path) ?? '')?.[1] ?? [],
    );
    const dated = names.filter((name) => /^\d{4}-\d{1,2}-\d{1,2}-/.test(name));
    return [dated.length * 2 >= names.length ? jekyll(root) : hexo(root, {}, '')];
  });
}
