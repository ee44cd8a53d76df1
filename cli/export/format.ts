import type { Post } from '../blog-folder/fields.ts';
import type { BlogSettings } from '../blog-folder/layout.ts';
import type { BesidesPost } from '../blog-folder/post-file.ts';
import type { Target } from './target.ts';

/** A blog as it is written; what it holds is read while it is asked for. */
export interface ReadBlog {
  /** Where its pages are, without a slash at the end. */
  readonly address: string;
  /** Undefined where nobody has set the blog up. */
  readonly settings: BlogSettings | undefined;
  /** No post has a higher id. */
  readonly lastId: number;
  /** Display names by user name, in the order of the user names. */
  readonly authors: ReadonlyMap<string, string>;
  /** Names by slug. */
  readonly categories: ReadonlyMap<string, string>;
  /** Newest first, drafts last. */
  posts(): AsyncIterable<OrderedPost>;
  /**
   * What the posts showed that were asked for, as far as the blog has it.
   * @param asUploaded as it was before media made it small, where the token may read that: at the address of its bytes
   */
  pictures(options?: { asUploaded?: boolean }): AsyncIterable<Picture>;
  /** Media type of a picture; undefined for one that the blog has not. */
  pictureType(address: string): Promise<string | undefined>;
}

export interface OrderedPost extends BesidesPost {
  readonly post: Post;
}

export interface Picture {
  /** Path on the blog. */
  readonly address: string;
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** When the newest post was changed that shows it. */
  readonly changed: Date;
}

/** Writes a blog in one form. */
export type Format = (blog: ReadBlog, target: Target) => Promise<void>;

/** Of files that no post dates: ZIP counts from 1980. */
export const undated = new Date('1980-01-02T00:00:00Z');
const latest = Date.parse('2107-12-30T00:00:00Z');

/** A moment as file systems and ZIP have one. */
export const fileTime = (moment: string): Date =>
  new Date(Math.min(Math.max(Date.parse(moment), undated.getTime()), latest));

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
