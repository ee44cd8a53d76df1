import { type Article, readArticle } from './article.ts';
import type { FileNote } from './file-note.ts';
import type { Folder } from './folder.ts';
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
  return {
    articles: read.flatMap(({ article }) => ('hidden' in article ? [article] : [])),
    skipped: [
      ...read.flatMap(({ file, article }) => ('skipped' in article ? [{ file, reason: article.skipped }] : [])),
      ...forms.map((file) => ({ file, reason: `its form (${/\.\w+$/.exec(file)![0]}) is not read` })),
    ],
    asides: [
      ...read.flatMap(({ file, article }) => ('aside' in article ? [{ file, reason: article.aside }] : [])),
      ...(folder.links ?? []).map((file) => ({ file, reason: 'it is a symbolic link' })),
    ],
    addresses: [...new Set([...folder.documents.flatMap(({ path }) => siteOf(path).address ?? [])])],
  };
}
