import type { api } from '@dormouse/posts/api';
import type { BodyOf } from '@dormouse/runtime/api';
import { type Post, postFields } from '../blog-folder/fields.ts';
import { converted, postFile } from '../blog-folder/post-file.ts';
import { frontMatter } from '../import/front-matter.ts';

/** What a change sends. */
export type Change = BodyOf<typeof api.change>;

/** What a file of `posts show`, or one that somebody wrote, says of a post. */
export interface TextFile {
  /** Only what the file names. */
  readonly change: Change;
  /** The version that the text began with. */
  readonly version: number | undefined;
  /** Names in its front matter that mean nothing here. */
  readonly unknown: readonly string[];
}

/** Says which version a text began with, so that nothing that was saved meanwhile is overwritten. */
export const versionKey = 'version';

/** What a writer changes, in the order in which fields stand in a file. */
const changed = [
  'title',
  'category_name',
  'tags',
  'status',
  'published_at',
  'kind',
  'lang',
  'cover',
  'cover_alt',
  'summary',
  'featured',
] as const;
/** What is written for other programs, and stays as it is. */
const unchanged = new Set([
  versionKey,
  'order',
  'aliases',
  ...(['slug', 'created_at', 'updated_at', 'author', 'byline'] as const).map((name) => postFields[name].key),
]);
/** Fields that can be taken away. */
const emptied: Readonly<Partial<Record<(typeof changed)[number], null | '' | readonly []>>> = {
  tags: [],
  lang: null,
  summary: '',
  cover: null,
  published_at: null,
};

/** A post as a file to be changed: as `dormouse export` writes it, with its version. */
export const textFile = (post: Post): string =>
  postFile(post).replace(/^---\n/, `---\n${versionKey}: ${post.version}\n`);

/** What `posts new` opens in an editor. */
export const emptyTextFile = '---\ntitle: ""\ncategories:\n  - "General"\ntags: []\ndraft: true\n---\n\n';

/**
 * Reads a text with YAML front matter, or without any. What the front matter does not name is left out of the change; an empty value
 * takes a field away. A text without a title that begins with `# …` has that as its title.
 * @returns why it is not understood, where it is not
 */
export function readTextFile(file: string): TextFile | { readonly problem: string } {
  const whole = converted(file.replace(/^\uFEFF/, ''));
  if (!/^---[ \t]*\n/.test(whole))
    return { change: titled({ content: ending(whole) }), version: undefined, unknown: [] };
  const { fields: head, body, problem } = frontMatter(whole);
  if (problem !== undefined) return { problem };
  const fields = changed.flatMap((name): [string, unknown][] => {
    const { key, read } = postFields[name];
    if (!(key in head)) return [];
    const empty = head[key] === null || head[key] === '';
    if (empty && name in emptied) return [[name, emptied[name]]];
    const value = name === 'kind' && head[key] === 'post' ? 'post' : read(head[key]);
    return value === undefined ? [] : [[name, value]];
  });
  const known = new Set<string>([...unchanged, ...changed.map((name) => postFields[name].key)]);
  const version = head[versionKey];
  return {
    change: titled({ ...(Object.fromEntries(fields) as Change), content: ending(body.replace(/^\n/, '')) }),
    version: typeof version === 'number' ? version : undefined,
    unknown: Object.keys(head).filter((key) => !known.has(key)),
  };
}

const ending = (text: string): string => text.replace(/\n$/, '');

function titled(change: Change & { content: string }): Change {
  if (change.title) return change;
  const [heading, title] = /^\s*# +(.+?)(?: +#+)?[ \t]*(?:\n\s*|$)/.exec(change.content) ?? [];
  return heading === undefined ? change : { ...change, title: title!, content: change.content.slice(heading.length) };
}
