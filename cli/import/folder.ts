import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SourceFile } from './article.ts';

/** What lies in a folder to be imported; paths are relative to it, with `/`. */
export interface Folder {
  readonly documents: readonly SourceFile[];
  /** Everything that is not Markdown: pictures and what nobody asks for. */
  readonly files: readonly string[];
  read(path: string): Buffer;
}

/** Reads all Markdown of a folder. Hidden entries, `node_modules` and symbolic links (which may lead out of it) are left alone. */
export function readFolder(folder: string): Folder {
  const entries = [...walk(folder)].map((path) => relative(folder, path).replaceAll('\\', '/')).sort();
  const isDocument = (path: string) => /\.(?:md|markdown)$/i.test(path);
  return {
    documents: entries.filter(isDocument).map((path) => ({
      path,
      text: decoded(readFileSync(join(folder, path))),
      modified: statSync(join(folder, path)).mtime,
    })),
    files: entries.filter((path) => !isDocument(path)),
    read: (path) => readFileSync(join(folder, path)),
  };
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

/** UTF-8; a file that is not, is taken for the Western encoding that editors used before. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
