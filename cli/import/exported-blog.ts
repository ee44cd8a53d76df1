import { createHash } from 'node:crypto';
import { slugOf } from '@dormouse/runtime/slug';
import {
  authorsFile,
  blogFile,
  draftsFolder,
  pictureAddress,
  pictureAt,
  picturesIn,
  postsFolder,
  readAuthorsFile,
  readBlogFile,
} from '../blog-folder/layout.ts';
import { type PostFile, readPostFile } from '../blog-folder/post-file.ts';
import { type Account, username } from './accounts.ts';
import type { FileNote } from './file-note.ts';
import { decoded, type Folder } from './folder.ts';
import type { Plan, PlannedPost, PlanOptions } from './plan.ts';
import type { Given, Rendered } from './render.ts';

/** Whether a folder is what "dormouse export" wrote. */
export const isExportedBlog = ({ files }: Folder): boolean => files.includes(blogFile);

interface Read {
  readonly path: string;
  readonly modified: Date;
  readonly file: PostFile;
}

/**
 * What an import of an exported blog will do: every post comes in as it was, to the byte. Nothing of its text is translated, as it is of
 * other programs; only links follow a post that had to take another address.
 * @throws Error when it was exported by a later version
 */
export function planExportedBlog(folder: Folder, { name, author }: PlanOptions): Plan {
  const { settings } = readBlogFile(decoded(folder.read(blogFile)).text);
  const people = folder.files.includes(authorsFile)
    ? readAuthorsFile(decoded(folder.read(authorsFile)).text)
    : new Map<string, string>();
  const read: Read[] = [];
  const skipped: FileNote[] = [];
  const asides: FileNote[] = [];
  for (const { path, text, modified } of folder.documents) {
    if (!/^(?:posts|drafts)\//.test(path)) {
      asides.push({ file: path, reason: `it lies outside of ${postsFolder} and ${draftsFolder}` });
      continue;
    }
    const file = readPostFile(text);
    if ('problem' in file) skipped.push({ file: path, reason: file.problem });
    else read.push({ path, modified, file });
  }
  const pictures = readPictures(folder, new Set(read.flatMap(({ file }) => picturesIn(file.content))));
  const bySlug = new Map(read.map(({ path, file }) => [file.fields.slug ?? '', path]));
  const fallback = username(author);
  const posts = read.sort(byAge).map((one) => planned(one, { name, fallback, pictures: pictures.byAddress, bySlug }));
  const owners = new Set(posts.map((post) => post.author));
  return {
    posts,
    accounts: [...owners].map(
      (owner): Account => ({
        username: owner,
        display_name: people.get(owner) ?? (owner === fallback ? author : owner),
      }),
    ),
    pictures: pictures.paths,
    settings,
    skipped,
    asides,
    notes: [
      ...pictures.notes,
      ...read.flatMap(({ path, file: { unknown } }) =>
        unknown.length > 0
          ? [{ file: path, reason: `front matter that means nothing here: ${unknown.join(', ')}` }]
          : [],
      ),
    ],
    datesGuessed: [],
    withoutAuthor: read.flatMap(({ path, file }) => (file.fields.author === undefined ? [path] : [])),
  };
}

interface Surroundings {
  readonly name: string;
  /** User name of who owns posts that name nobody. */
  readonly fallback: string;
  /** Hashes of pictures by the address that posts name them with. */
  readonly pictures: ReadonlyMap<string, string>;
  /** Paths of posts by slug. */
  readonly bySlug: ReadonlyMap<string, string>;
}

function planned({ path, file, modified }: Read, { name, fallback, pictures, bySlug }: Surroundings): PlannedPost {
  const { fields, content } = file;
  const isDraft = fields.status !== 'published' || path.startsWith(`${draftsFolder}/`);
  const required = { title: fields.title ?? '', category_name: fields.category_name ?? '' };
  return {
    ...fields,
    ...required,
    path,
    source: `${name}:${path}`,
    slug: fields.slug ?? slugOf(required.title),
    author: fields.author ?? fallback,
    byline: fields.byline ?? [],
    tags: fields.tags ?? [],
    created_at: fields.created_at ?? modified.toISOString(),
    status: isDraft ? 'draft' : 'published',
    // A time that has passed meanwhile publishes nothing.
    published_at: isDraft && Date.parse(fields.published_at ?? '') > Date.now() ? fields.published_at : undefined,
    hidden: isDraft ? ['it was a draft'] : [],
    kind: fields.kind ?? 'post',
    addresses: file.addresses,
    extra: { tags: [], categories: [], addresses: [] },
    knownByAddress: true,
    render: (given = {}) => rendered(content, given, pictures, bySlug),
  };
}

function rendered(
  content: string,
  given: Given,
  pictures: Surroundings['pictures'],
  bySlug: Surroundings['bySlug'],
): Rendered {
  const articles = new Set<string>();
  const text = content.replace(/\/blog\/posts\/([^\s/?#"'<>()[\]]+)/g, (whole, part: string) => {
    const path = bySlug.get(decodedPart(part));
    if (path === undefined) return whole;
    articles.add(path);
    const slug = given.slugs?.get(path);
    return slug === undefined ? whole : `/blog/posts/${encodeURIComponent(slug)}`;
  });
  const named = picturesIn(content);
  const shown = named.flatMap((address) => pictures.get(address) ?? []).filter((hash) => !given.refused?.has(hash));
  const served = named.filter((address) => pictures.has(address) && !given.refused?.has(pictures.get(address)!));
  return {
    content: served.reduce((all, address) => all.replaceAll(address, pictureAddress(pictures.get(address)!)), text),
    pictures: shown,
    deadLinks: named.filter((address) => !pictures.has(address)),
    found: [],
    articles: [...articles],
    unknown: new Map(),
  };
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

interface Pictures {
  /** Hash of its bytes by the address that posts name it with. */
  readonly byAddress: ReadonlyMap<string, string>;
  /** Paths by hash. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Pictures that posts name. One that an import stored is at the hash of its bytes, and has them; one that somebody uploaded comes in as it was
 * served, and posts name it by its own hash from then on.
 */
function readPictures(folder: Folder, wanted: ReadonlySet<string>): Pictures & { notes: FileNote[] } {
  const byAddress = new Map<string, string>();
  const paths = new Map<string, string>();
  const notes: FileNote[] = [];
  for (const path of folder.files) {
    const known = pictureAt(path);
    if (known === undefined || !wanted.has(known.address)) continue;
    const hash = createHash('sha256').update(folder.read(path)).digest('hex');
    if (known.hash !== undefined && known.hash !== hash) {
      notes.push({ file: path, reason: 'its bytes are others than its name says, and no post shows it' });
      continue;
    }
    byAddress.set(known.address, hash);
    paths.set(hash, path);
  }
  return { byAddress, paths, notes };
}

/** Oldest first; of one moment in the order in which they were written. */
const byAge = (one: Read, other: Read): number =>
  compare(one.file.fields.created_at ?? '', other.file.fields.created_at ?? '') ||
  one.file.order - other.file.order ||
  compare(one.path, other.path);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
