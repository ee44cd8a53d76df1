import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { SourceFile } from './article.ts';

/** What lies in a folder to be imported; paths are relative to it, with `/`. */
export interface Folder {
  /** Everything that may be an article. */
  readonly documents: readonly SourceFile[];
  /** Everything else: pictures, settings, and what nobody asks for. */
  readonly files: readonly string[];
  /** Paths that are neither: links that lead anywhere. */
  readonly links?: readonly string[];
  /** The files among them in which a program exported a blog; those at the top when left out. */
  readonly exports?: readonly string[];
  read(path: string): Buffer;
}

/** Files of settings whose names begin with a dot. */
const dotted = /^\.(?:eleventy\.c?js|eleventyignore|gitignore)$/;
/** Hidden folders with settings, of which only these are looked at. */
const settingsIn =
  /(?:^|\/)(?:\.(?:vitepress|vuepress)\/[^/]+\.[cm]?[jt]s|\.vuepress\/(?!\.|dist\/).+\.[cm]?[jt]s|\.obsidian\/app\.json)$/;

const isDocument = (path: string): boolean => /\.(?:md|mdx|mdoc|markdown|mdown|mkdn?|html?)$/i.test(path);

/** Reads all Markdown and HTML of a folder. Hidden entries, `node_modules` and symbolic links (which may lead out of it) are left alone. */
export function readFolder(folder: string): Folder {
  const found = [...walk(folder)].map(({ path, link }) => ({
    path: relative(folder, path).replaceAll('\\', '/'),
    link,
  }));
  const entries = found
    .filter(({ link }) => !link)
    .map(({ path }) => path)
    .sort();
  return {
    documents: entries.filter(isDocument).map((path) => ({
      path,
      ...decoded(readFileSync(join(folder, path))),
      modified: statSync(join(folder, path)).mtime,
    })),
    files: entries.filter((path) => !isDocument(path)),
    links: found.filter(({ link }) => link).map(({ path }) => path),
    read: (path) => readFileSync(join(folder, path)),
  };
}

/** One file in which a program exported a blog, with the pictures that lie beside it as the program keeps them. */
export function readExportFile(path: string): Folder {
  const folder = dirname(path);
  const beside = ['wp-content', 'uploads', 'content', 'images', 'media'].map((name) => join(folder, name));
  const found = beside.flatMap((place) => (existsSync(place) ? [...walk(place)] : []));
  const files = found.flatMap(({ path, link }) => (link ? [] : [relative(folder, path).replaceAll('\\', '/')]));
  return {
    documents: [],
    files: [basename(path), ...files].sort(),
    exports: [basename(path)],
    read: (inner) => readFileSync(join(folder, inner)),
  };
}

function* walk(folder: string): Generator<{ path: string; link: boolean }> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (/^\.(?:vitepress|vuepress|obsidian)$/.test(entry.name) && entry.isDirectory())
      for (const inner of readdirSync(path, { withFileTypes: true, recursive: true })) {
        const file = join(inner.parentPath, inner.name);
        if (inner.isFile() && settingsIn.test(file.replaceAll('\\', '/'))) yield { path: file, link: false };
      }
    if ((entry.name.startsWith('.') && !dotted.test(entry.name)) || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() || entry.isSymbolicLink()) yield { path, link: entry.isSymbolicLink() };
  }
}

/** UTF-8, or UTF-16 with its mark; a file that is neither is taken for the Western encoding that editors used before. */
export function decoded(bytes: Uint8Array): { text: string; notes?: string[] } {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (wide) return { text: new TextDecoder(wide).decode(bytes) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return {
      text: new TextDecoder('windows-1252').decode(bytes),
      notes: ['it is not UTF-8, and was read as Windows-1252'],
    };
  }
}
