import { createHash } from 'node:crypto';
import { slugOf } from '@dormouse/runtime/slug';
import {
  addressFor,
  authorsFile,
  blogFile,
  draftsFolder,
  pictureAt,
  picturesOf,
  postsFolder,
  readAuthorsFile,
  readBlogFile,
} from '../blog-folder/layout.ts';
import { hashIn, isServed, pictureAddress, servedAddress } from '../blog-folder/picture-address.ts';
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
  const pictures = readPictures(
    folder,
    new Set(read.flatMap(({ file: { content, fields } }) => picturesOf({ content, cover: fields.cover ?? null }))),
  );
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
  /** By the address that posts name them with. */
  readonly pictures: ReadonlyMap<string, Moved>;
  /** Paths of posts by slug. */
  readonly bySlug: ReadonlyMap<string, string>;
}

function planned({ path, file, modified }: Read, { name, fallback, pictures, bySlug }: Surroundings): PlannedPost {
  const {
    fields: { cover, cover_alt, ...fields },
    content,
  } = file;
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
    render: (given = {}) => rendered({ content, cover: cover ?? null, alt: cover_alt ?? '' }, given, pictures, bySlug),
  };
}

function rendered(
  { content, cover, alt }: { content: string; cover: string | null; alt: string },
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
  const named = picturesOf({ content, cover });
  const moved = named.flatMap((address) => {
    const { to, stored } = pictures.get(address) ?? {};
    if (to === undefined || stored === undefined) return [];
    const there = given.instead?.has(stored) ? given.instead.get(stored) : to;
    return there === undefined ? [] : [{ address, there, stored }];
  });
  const ofCover = cover === null ? undefined : servedAddress(cover);
  const coverAt = moved.find(({ address }) => address === ofCover)?.there ?? ofCover;
  return {
    content: moved.reduce((all, { address, there }) => all.replaceAll(address, there), text),
    pictures: moved.map(({ stored }) => stored),
    foreign: [],
    deadLinks: named.filter((address) => !pictures.has(address)),
    found: [],
    articles: [...articles],
    unknown: new Map(),
    // What web serves as it is, such as SVG, is none.
    ...(coverAt !== undefined && isServed(coverAt) && { cover: { hash: hashIn(coverAt), alt } }),
  };
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A picture that a post names: where it stands from now on, and the address at which it is stored. */
interface Moved {
  readonly to: string;
  readonly stored: string;
}

interface Pictures {
  /** By the address that posts name it with. */
  readonly byAddress: ReadonlyMap<string, Moved>;
  /** Paths by the address at which they are stored. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Pictures that posts name. A file with the hash of its bytes as its name is what was stored or uploaded, and keeps every address that posts
 * name it with; what was exported as it was served comes in as a picture of its own, and posts name it so from then on.
 */
function readPictures(folder: Folder, wanted: ReadonlySet<string>): Pictures & { notes: FileNote[] } {
  const byAddress = new Map<string, Moved>();
  const paths = new Map<string, string>();
  const notes: FileNote[] = [];
  const byHash = Map.groupBy(wanted, hashIn);
  for (const path of folder.files) {
    const known = pictureAt(path);
    const named =
      known && ('hash' in known ? byHash.get(known.hash) : [known.address].filter((one) => wanted.has(one)));
    if (known === undefined || named === undefined || named.length === 0) continue;
    const bytes = folder.read(path);
    const hash = createHash('sha256').update(bytes).digest('hex');
    if ('hash' in known && known.hash !== hash) {
      notes.push({ file: path, reason: 'its bytes are others than its name says, and no post shows it' });
      continue;
    }
    for (const address of named) {
      const asUploaded = isServed(address) ? servedAddress(hash) : pictureAddress(hash);
      const stored = 'hash' in known ? asUploaded : addressFor(hash, bytes);
      byAddress.set(address, { to: 'hash' in known ? address : stored, stored });
      paths.set(stored, path);
    }
  }
  return { byAddress, paths, notes };
}

/** Oldest first; of one moment in the order in which they were written. */
const byAge = (one: Read, other: Read): number =>
  compare(one.file.fields.created_at ?? '', other.file.fields.created_at ?? '') ||
  one.file.order - other.file.order ||
  compare(one.path, other.path);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
