import { type Article, readArticle } from './article.ts';
import type { Exported } from './exports/exported.ts';
import { ghostData, readGhost } from './exports/ghost.ts';
import { readWordpress } from './exports/wordpress.ts';
import { isWxr } from './exports/wxr-items.ts';
import type { FileNote } from './file-note.ts';
import { decoded, type Folder } from './folder.ts';
import { findSites } from './site/find-sites.ts';

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

/** Reads all articles of a folder, each as the program would that makes a site of it. */
export function readContents(folder: Folder, now: Date): Contents {
  const siteOf = findSites(folder);
  const read = folder.documents.map((file) => ({
    file: file.path,
    article: readArticle(file, { site: siteOf(file.path), now }),
  }));
  const forms = folder.files.filter((path) => unreadForms.test(path));
  const exported = (folder.exports ?? folder.files.filter((path) => /^[^/]+\.(?:xml|json)$/i.test(path))).map(
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
        found || !folder.exports ? [] : [{ file: path, reason: 'it is no export of WordPress (WXR) or Ghost (JSON)' }],
      ),
      ...known.flatMap(({ skipped }) => skipped),
      ...read.flatMap(({ file, article }) => ('skipped' in article ? [{ file, reason: article.skipped }] : [])),
      ...forms.map((file) => ({ file, reason: `its form (${/\.\w+$/.exec(file)![0]}) is not read` })),
    ],
    asides: [
      ...known.flatMap(({ asides }) => asides),
      ...read.flatMap(({ file, article }) => ('aside' in article ? [{ file, reason: article.aside }] : [])),
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
  const data = /^\s*\{/.test(text) ? ghostData(text) : undefined;
  return data && readGhost(path, data, { now });
}
