import type { Article } from '../article.ts';
import type { FileNote } from '../file-note.ts';

/** What a file has in which a program exported a whole blog. */
export interface Exported {
  readonly articles: readonly Article[];
  /** What nobody wrote for readers, by kind: menus, blocks, settings. */
  readonly asides: readonly FileNote[];
  readonly skipped: readonly FileNote[];
  /** Where the blog was. */
  readonly addresses: readonly string[];
}
