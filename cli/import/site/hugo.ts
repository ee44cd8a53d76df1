import { posix } from 'node:path';
import type { SourceFile } from '../article.ts';
import { frontMatter, lowerKeys, type Pair } from '../front-matter.ts';
import { datedName } from './dated-name.ts';
import { matching } from './patterns.ts';
import { hugoPermalink, zolaPermalink } from './permalinks.ts';
import { asSettings, type Settings, settingsIn, text, texts, within, zoneOf } from './settings.ts';
import { below, type Place, partsOf, type Site } from './site.ts';

const elsewhere =
  /^(?:archetypes|assets|data|i18n|layouts|node_modules|public|resources|static|themes|vendor|_vendor)\//;

export interface HugoOptions {
  readonly program?: 'Hugo' | 'Zola';
  readonly config?: Settings;
  /** Where the content lies, relative to the root. */
  readonly content?: string;
}

/** A site of Hugo or Zola: its settings, its documents (for page bundles and what sections hand down). Paths are relative to its root. */
export function hugo(root: string, documents: readonly SourceFile[], options: HugoOptions = {}): Site {
  const { program = 'Hugo', config = {} } = options;
  const languages = within(config, 'languages');
  const codes = new Set([
    ...Object.keys(languages).map((code) => code.toLowerCase()),
    ...texts([config.defaultcontentlanguage, config.default_language]).map((code) => code.toLowerCase()),
  ]);
  const main = (text(config.defaultcontentlanguage) ?? text(config.default_language) ?? 'en').toLowerCase();
  const textLanguage = codes.size > 1 ? textLanguages(languages, main) : () => undefined;
  const contents = [options.content ?? text(config.contentdir) ?? 'content', ...contentDirs(languages)];
  const inContent = (path: string) =>
    contents.map((content) => below(content.replace(/\/$/, ''), path)).find((own) => own !== undefined);
  const own = documents.flatMap(({ path, text }) => {
    const inner = inContent(path);
    return inner === undefined ? [] : [{ path: inner, text }];
  });
  const bundles = new Set(
    own
      .filter(({ path }) => /^index(?:\.[\w-]+)?\.\w+$/i.test(posix.basename(path)))
      .map(({ path }) => posix.dirname(path)),
  );
  bundles.delete('.');
  const sections = own.filter(({ path }) => posix.basename(path).startsWith('_index.')).map(sectionOf);
  const ignored = texts(config.ignorefiles).flatMap(expression);
  const unread = matching(texts(config.ignored_content), { starsCross: true });
  const unmounted = matching(mountExclusions(config));
  const disabled = new Set([
    ...texts(config.disablelanguages),
    ...Object.keys(languages).filter((code) => within(languages, code).disabled === true),
  ]);

  return {
    program,
    root,
    readsUnderscores: true,
    zone: zoneOf(config.timezone),
    address: text(config.baseurl) ?? text(config.base_url),
    permalink: program === 'Hugo' ? hugoPermalink(config) : zolaPermalink,
    place(path): Place {
      const inner = inContent(path);
      const given = partsOf(inner ?? path);
      const rest = { kind: 'page' as const, hidden: [], defaults: [], folders: [], name: given.name };
      if (inner === undefined)
        return elsewhere.test(path)
          ? { ...rest, aside: `it lies in ${path.split('/')[0]}` }
          : { ...rest, hidden: [`${program} reads ${contents[0]} only`] };
      const { name, language } = named(given.name, codes);
      const folders = given.folders;
      if (name === '_index') return { ...rest, aside: 'it is the text of a list' };
      const bundle = folders
        .map((_, index) => folders.slice(0, index + 1).join('/'))
        .find((folder) => bundles.has(folder));
      const leaf = name.toLowerCase() === 'index' && bundle === folders.join('/');
      const own = leaf ? folders.at(-1)! : name;
      const hidden = [
        ...(bundle !== undefined && !leaf ? [`it is a part of ${bundle}/index, no page`] : []),
        ...(ignored.some((test) => test.test(posix.join('/', contents[0]!, inner))) ? ['ignoreFiles names it'] : []),
        ...(program === 'Zola' && [inner, posix.basename(inner), path].some(unread)
          ? ['ignored_content names it']
          : []),
        ...(unmounted(inner) ? ['the mounts leave it out'] : []),
        ...(language !== undefined && disabled.has(language) ? [`the language ${language} is disabled`] : []),
        ...(program === 'Zola' ? draftSection(folders, sections) : []),
      ];
      return {
        kind: folders.length === 0 || (leaf && folders.length === 1) ? 'page' : 'post',
        hidden,
        defaults: cascaded(config, sections, inner, language ?? main),
        folders: leaf ? folders.slice(0, -1) : folders,
        name: program === 'Zola' ? undated(own) : own,
        language: language === main ? undefined : language,
        textLanguage: textLanguage(path, language),
      };
    },
  };
}

/** Zola takes a day off a name, and so off its address. */
const undated = (name: string): string => datedName(name)?.name || name;

interface Section {
  readonly folder: string;
  readonly fields: Settings;
}

const sectionOf = ({ path, text }: { path: string; text: string }): Section => ({
  folder: posix.dirname(path) === '.' ? '' : posix.dirname(path),
  fields: frontMatter(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')).fields,
});

/** `windy.ko` is `windy` in Korean, where the site has that language. */
function named(name: string, codes: ReadonlySet<string>): { name: string; language?: string } {
  const [, bare, code] = /^(.+)\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)$/.exec(name) ?? [];
  if (!bare || !code || !(codes.has(code.toLowerCase()) || /^_?index$/i.test(bare))) return { name };
  return { name: bare, language: code.toLowerCase() };
}

/** In Zola nothing below the `_index.md` of a draft is loaded. */
function draftSection(folders: readonly string[], sections: readonly Section[]): string[] {
  const path = `${folders.join('/')}/`;
  const draft = sections.find(
    ({ folder, fields }) => fields.draft === true && path.startsWith(folder === '' ? '' : `${folder}/`),
  );
  return draft ? [`${draft.folder || 'the whole content'} is a draft`] : [];
}

/** What settings and sections above a page hand down to it, the nearest last. */
function cascaded(config: Settings, sections: readonly Section[], path: string, language: string): Pair[] {
  const above = sections
    .filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`))
    .sort((one, other) => one.folder.length - other.folder.length);
  const all = [config.cascade, ...above.map(({ fields }) => fields.cascade)].flatMap(settingsIn);
  const fitting = all.filter((one) => targeted(asSettings(one._target ?? one.target), path, language));
  return fitting.flatMap((one) =>
    Object.entries(lowerKeys(Object.entries(one))).filter(([key]) => !/^_?target$/.test(key)),
  );
}

function targeted(target: Settings | undefined, path: string, language: string): boolean {
  if (!target) return true;
  if (texts(target.kind).some((kind) => !/page/.test(kind))) return false;
  if (texts(target.lang).length > 0 && !texts(target.lang).some((lang) => matching([lang])(language))) return false;
  const patterns = texts(target.path);
  if (patterns.length === 0) return true;
  const bare = path.replace(/\.\w+$/, '').replace(/\/index(?:\.[\w-]+)?$/i, '');
  const test = matching(patterns.map((pattern) => pattern.toLowerCase()));
  return [path, bare, `${bare}/`].some((one) => test(one.toLowerCase()));
}

/** What texts of a site in several languages are written in, by their path and the language of their name. */
function textLanguages(languages: Settings, main: string): (path: string, code: string | undefined) => string {
  const all = Object.keys(languages).map((code) => {
    const { contentdir, languagecode, locale } = lowerKeys(Object.entries(within(languages, code)));
    const folder = text(contentdir)?.replace(/\/$/, '');
    return { code: code.toLowerCase(), tag: text(locale) ?? text(languagecode) ?? code, folder };
  });
  // The longest folder is the nearest.
  const byFolder = all.toSorted((one, other) => (other.folder?.length ?? 0) - (one.folder?.length ?? 0));
  return (path, ofName) => {
    const code = ofName ?? byFolder.find(({ folder }) => folder && below(folder, path) !== undefined)?.code ?? main;
    return all.find((one) => one.code === code)?.tag ?? code;
  };
}

function contentDirs(languages: Settings): string[] {
  return Object.keys(languages).flatMap((code) => {
    const own = lowerKeys(Object.entries(within(languages, code)));
    return texts(own.contentdir);
  });
}

function mountExclusions(config: Settings): string[] {
  const mounts = within(config, 'module').mounts;
  return (Array.isArray(mounts) ? mounts : []).flatMap((mount) => {
    const own = lowerKeys(Object.entries(asSettings(mount) ?? {}));
    const negated = texts(own.files).flatMap((file) => (file.startsWith('!') ? [file.slice(1).trim()] : []));
    return /^content\b/.test(String(own.source)) ? [...texts(own.excludefiles), ...negated] : [];
  });
}

/** Expressions of Go are close to ours; one that is not means nothing here. */
function expression(source: string): RegExp[] {
  try {
    return [new RegExp(source)];
  } catch {
    return [];
  }
}
