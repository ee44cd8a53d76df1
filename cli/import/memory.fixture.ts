import type { Folder } from './folder.ts';
import { type PlannedPost, plan } from './plan.ts';

const modified = new Date('2026-06-01T00:00:00Z');

/** What is later than this is in the future of these tests. */
export const now = new Date('2026-11-29T12:00:00Z');

/** A folder that is nowhere: texts by path; what is no Markdown or HTML is a file. */
export function memoryFolder(texts: Readonly<Record<string, string | Buffer>>): Folder {
  const document = /\.(?:md|mdx|mdoc|markdown|html)$/i;
  const paths = Object.keys(texts).sort();
  return {
    documents: paths
      .filter((path) => document.test(path))
      .map((path) => ({ path, text: String(texts[path]), modified })),
    files: paths.filter((path) => !document.test(path)),
    read: (path) => Buffer.from(texts[path]!),
  };
}

/** What an import makes of such a folder. */
export function planned(texts: Readonly<Record<string, string | Buffer>>) {
  const made = plan(memoryFolder(texts), { name: 'old', author: 'Old blog', now });
  const post = (path: string): PlannedPost | undefined => made.posts.find((one) => one.path === path);
  return { ...made, post };
}
