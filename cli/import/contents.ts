import { type Article, readArticle } from './article.ts';
import { isBlogger, readBlogger } from './exports/blogger.ts';
import type { Exported } from './exports/exported.ts';
import { ghostData, readGhost } from './exports/ghost.ts';
import { readWordpress } from './exports/wordpress.ts';
import { isWxr } from './exports/wxr-items.ts';
import type { FileNote } from './file-note.ts';
import { decoded, type Folder } from './folder.ts';
import { frontMatter } from './front-matter.ts';
import { findSites } from './site/find-sites.ts';
import { sourceText } from './source-text.ts';

/** Everything that a folder has for a blog. */
export interface Contents {
  readonly articles: readonly Article[];
  /** What may be an article, and does not come in. */
  readonly skipped: readonly FileNote[];
  /** What nobody wrote for readers: templates, lists, files about the folder. */
  readonly asides: readonly FileNote[];
  /** Where the blog was, as far as its settings say. */
  readonly addresses: readonly string[];
}

/** Texts in forms that are not read. */
const unreadForms = /\.(?:rst|adoc|asciidoc|org|textile|wiki|mediawiki|ipynb|rmd|qmd|docx?|odt|rtf)$/i;

/** Forms in which some programs keep articles besides what pages are made of: a head tells them. */
const templateForms = /\.(?:njk|nunjucks|liquid|webc|vto|pug|ejs|hbs|handlebars|mustache|11ty\.[cm]?js|txt)$/i;
const ofPrograms = /(?:^|\/)(?:_includes|_layouts|_data|layouts?|themes|node_modules|vendor|scaffolds|archetypes)\//;

/** Why files in those forms do not come in: an article is lost, a page with a title alone is most likely a list. */
function unreadTemplates({ files, read }: Folder): { skipped: FileNote[]; asides: FileNote[] } {
  const found = files
    .filter((path) => templateForms.test(path) && !ofPrograms.test(path))
    .map((file) => ({ file, form: /\.(?:11ty\.)?\w+$/.exec(file)![0], head: headOf(decoded(read(file)).text) }));
  const isArticle = ({ head, form }: (typeof found)[number]) => 'title' in head && ('date' in head || form === '.txt');
  return {
    skipped: found.filter(isArticle).map(({ file, form }) => ({ file, reason: `its form (${form}) is not read` })),
    asides: found
      .filter((one) => !isArticle(one) && 'title' in one.head)
      .map(({ file, form }) => ({ file, reason: `it is a template (${form})` })),
  };
}

const headOf = (text: string): Readonly<Record<string, unknown>> =>
  /^\uFEFF?(?:---|\+\+\+)/.test(text) ? frontMatter(sourceText(text), { mayBeginWithout: false }).fields : {};

/** Reads all articles of a folder, each as the program would that makes a site of it. */
export function readContents(folder: Folder, now: Date): Contents {
  const siteOf = findSites(folder);
  const read = folder.documents.map((file) => ({
    file: file.path,
    article: readArticle(file, { site: siteOf(file.path), now }),
  }));
  const templates = unreadTemplates(folder);
  const forms = folder.files.filter((path) => unreadForms.test(path));
  const exported = (folder.exports ?? folder.files.filter((path) => /^[^/]+\.(?:xml|json)$|\.atom$/i.test(path))).map(
    (path) => ({
      path,
      found: readExport(path, decoded(folder.read(path)).text, now),
    }),
  );
  const known = exported.flatMap(({ found }) => found ?? []);
  return {
    articles: [
      ...read.flatMap(({ article }) => ('hidden' in article ? [article] : [])),
      ...known.flatMap(({ articles }) => articles),
    ],
    skipped: [
      ...exported.flatMap(({ path, found }) =>
        found || !folder.exports
          ? []
          : [{ file: path, reason: 'it is no export of WordPress (WXR), Blogger (Atom) or Ghost (JSON)' }],
      ),
      ...known.flatMap(({ skipped }) => skipped),
      ...read.flatMap(({ file, article }) => ('skipped' in article ? [{ file, reason: article.skipped }] : [])),
      ...templates.skipped,
      ...forms.map((file) => ({ file, reason: `its form (${/\.\w+$/.exec(file)![0]}) is not read` })),
    ],
    asides: [
      ...known.flatMap(({ asides }) => asides),
      ...read.flatMap(({ file, article }) => ('aside' in article ? [{ file, reason: article.aside }] : [])),
      ...templates.asides,
      ...(folder.links ?? []).map((file) => ({ file, reason: 'it is a symbolic link' })),
    ],
    addresses: [
      ...new Set([
        ...known.flatMap(({ addresses }) => addresses),
        ...folder.documents.flatMap(({ path }) => siteOf(path).address ?? []),
      ]),
    ],
  };
}

/** What a file has in which a program exported a blog; undefined when it is no such file. */
function readExport(path: string, text: string, now: Date): Exported | undefined {
  if (isWxr(text)) return readWordpress(path, text, { now });
  if (isBlogger(text)) return readBlogger(path, text, { now });
  const data = /^\s*\{/.test(text) ? ghostData(text) : undefined;
  return data && readGhost(path, data, { now });
}
