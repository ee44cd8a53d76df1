import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { pictureType } from '@dormouse/runtime/picture-type';
import * as v from 'valibot';
import { parse } from 'yaml';
import type { Post } from './fields.ts';
import { pictureAddress, servedAddress } from './picture-address.ts';
import { yaml } from './post-file.ts';

/** At the top of an exported blog; a folder that has it is one. */
export const blogFile = 'dormouse.yml';
/** Display names by user name. */
export const authorsFile = 'authors.yml';
/** Says what to do with an export for another program. */
export const readmeFile = 'README.txt';

const version = 1;

/** Settings of the blog by their names in the API. */
export type BlogSettings = Readonly<Record<string, unknown>>;

/** What an exported blog says of itself. */
export interface BlogFile {
  readonly settings?: BlogSettings | undefined;
}

export const writeBlogFile = ({ settings }: BlogFile): string =>
  `# A blog, written by "dormouse export". "dormouse import" reads this folder.\n${yaml({ format: version, ...(settings ? { settings } : {}) })}`;

/** @throws Error when it is none, or one of a later version */
export function readBlogFile(text: string): BlogFile {
  const read = v.safeParse(blog, parse(text));
  if (!read.success) throw new Error(`${blogFile} is not what "dormouse export" writes`);
  if (read.output.format > version)
    throw new Error(`${blogFile} is of format ${read.output.format}, which a later version of dormouse wrote`);
  return read.output;
}

const blog = v.object({
  format: v.pipe(v.number(), v.integer(), v.minValue(1)),
  settings: v.optional(v.record(v.string(), v.unknown())),
});

/** @param people display names by user name */
export const writeAuthorsFile = (people: ReadonlyMap<string, string>): string =>
  yaml(
    Object.fromEntries(
      [...people].sort(([one], [other]) => (one < other ? -1 : 1)).map(([user, name]) => [user, { name }]),
    ),
  );

/** @returns display names by user name; empty when it cannot be read */
export function readAuthorsFile(text: string): Map<string, string> {
  const read = v.safeParse(people, parsed(text));
  return new Map(read.success ? Object.entries(read.output).map(([user, { name }]) => [user, name]) : []);
}

const people = v.record(v.string(), v.object({ name: v.string() }));

function parsed(text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch {
    return undefined;
  }
}

const maxNameBytes = 200;

/** Drafts lie apart, for programs that do not know what `draft` says. */
export const draftsFolder = 'drafts';
export const postsFolder = 'posts';

/** Where a post lies: by day and slug, which no other post has. */
export function postPath({ status, created_at, slug }: Pick<Post, 'status' | 'created_at' | 'slug'>): string {
  const folder = status === 'published' ? postsFolder : draftsFolder;
  return posix.join(folder, `${created_at.slice(0, 10)}-${fileName(slug)}.md`);
}

/** File systems take 255 bytes. */
function fileName(slug: string): string {
  if (Buffer.byteLength(slug) <= maxNameBytes) return slug;
  const characters = [...slug];
  while (Buffer.byteLength(characters.join('')) > maxNameBytes) characters.pop();
  return `${characters.join('')}-${createHash('sha256').update(slug).digest('hex').slice(0, 8)}`;
}

const endings: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
};

export const mediaFolder = 'media';

/** A picture that an import stored, by the hash of its bytes, or one that the platform serves of what somebody uploaded. */
const addresses = /\/blog\/media\/(?:[0-9a-f]{64}(?![0-9a-f])|pictures\/[0-9a-f]{64}-\d+\.\w+)/g;

/** Addresses of the pictures that a text names, each once. */
export const picturesIn = (markdown: string): string[] => [...new Set(markdown.match(addresses) ?? [])];

/** The same of a post: its cover first. */
export const picturesOf = ({ cover, content }: Pick<Post, 'cover' | 'content'>): string[] => [
  ...new Set([...(cover ? [servedAddress(cover)] : []), ...picturesIn(content)]),
];

/** Where a picture lies. @param type media type, where its address has no ending */
export function picturePath(address: string, type: string): string {
  const name = address.slice('/blog/media/'.length);
  if (name.includes('.')) return posix.join(mediaFolder, name);
  return posix.join(mediaFolder, `${name}.${endings[type.split(';')[0]!.trim().toLowerCase()] ?? 'bin'}`);
}

/** What a file's picture was: the hash of its bytes, or the address at which it was served in another form. */
export function pictureAt(path: string): { hash: string } | { address: string } | undefined {
  const hash = /^media\/([0-9a-f]{64})\.\w+$/.exec(path)?.[1];
  if (hash !== undefined) return { hash };
  const served = /^media\/(pictures\/[0-9a-f]{64}-\d+\.\w+)$/.exec(path)?.[1];
  return served === undefined ? undefined : { address: pictureAddress(served) };
}

/** Where an import stores a picture: media makes it small, in formats that browsers know; an SVG file is web's, as it is. */
export function addressFor(hash: string, bytes: Uint8Array): string {
  const type = pictureType(bytes);
  return type === undefined || type === 'image/svg+xml' ? pictureAddress(hash) : servedAddress(hash);
}
