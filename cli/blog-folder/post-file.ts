import { api } from '@dormouse/posts/api';
import { oldPath } from '@dormouse/runtime/old-path';
import * as v from 'valibot';
import { stringify } from 'yaml';
import { frontMatter } from '../import/front-matter.ts';
import { type ImportedFields, type Post, postFields } from './fields.ts';

/** What an exported file says of a post. */
export interface PostFile extends BesidesPost {
  readonly fields: Readonly<Partial<ImportedFields>>;
  /** Markdown, as the post had it to the byte. */
  readonly content: string;
  /** Names in its front matter that mean nothing here. */
  readonly unknown: readonly string[];
}

/** What belongs to a post and is no field of it. */
export interface BesidesPost {
  /** Its place among posts of the same moment: what came later has a higher one. */
  readonly order: number;
  /** Paths that it had elsewhere. */
  readonly addresses: readonly string[];
}

const names = Object.keys(postFields) as (keyof ImportedFields)[];
/** What an import does not send with a post. */
const [orderKey, addressesKey] = ['order', 'aliases'] as const;
/** `version` is what `dormouse posts show` adds. */
const known = new Set<string>([orderKey, addressesKey, 'version', ...names.map((name) => postFields[name].key)]);

/**
 * A post as Markdown with YAML front matter, which `readPostFile` reads back to the byte. All texts are quoted, so that `no` and
 * `1:30` mean the same to programs that read YAML 1.1.
 */
export function postFile(post: Post, { order = 0, addresses = [] }: Partial<BesidesPost> = {}): string {
  const written = names.flatMap((name): [string, unknown][] => {
    const value = postFields[name].written(post);
    return value === undefined ? [] : [[postFields[name].key, value]];
  });
  const head = Object.fromEntries([
    ...written,
    ...(addresses.length > 0 ? [[addressesKey, addresses]] : []),
    ...(order > 0 ? [[orderKey, order]] : []),
  ]);
  return `---\n${yaml(head)}---\n\n${post.content}\n`;
}

/** YAML whose texts are quoted and on one line each. */
export const yaml = (value: object): string =>
  stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });

/** Reads what `postFile` wrote, by hand changed or not. @returns why the platform would refuse it, where it would */
export function readPostFile(file: string): PostFile | { readonly problem: string } {
  const whole = converted(file.replace(/^\uFEFF/, ''));
  const { fields: head, body, problem } = frontMatter(whole);
  if (problem !== undefined) return { problem };
  if (!whole.startsWith('---')) return { problem: 'it has no front matter' };
  const fields = Object.fromEntries(
    names.flatMap((name) => {
      const value = postFields[name].read(head[postFields[name].key]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const content = body.replace(/^\n/, '').replace(/\n$/, '');
  const checked = v.safeParse(api.create.scoped.body, { ...fields, content });
  if (!checked.success) return { problem: checked.issues.map(saying).join('; ') };
  return {
    fields: fields as Partial<ImportedFields>,
    content,
    order: typeof head[orderKey] === 'number' ? head[orderKey] : 0,
    addresses: [head[addressesKey] ?? []]
      .flat()
      .flatMap((path) => (typeof path === 'string' ? (oldPath(encoded(path)) ?? []) : [])),
    unknown: Object.keys(head).filter((key) => !known.has(key)),
  };
}

/** Paths are kept decoded. */
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** A file whose first line ends with CR LF was converted as a whole: its post had the line ends that the platform has. */
export const converted = (file: string): string => (/^---[ \t]*\r\n/.test(file) ? file.replaceAll('\r\n', '\n') : file);

function saying(issue: v.BaseIssue<unknown>): string {
  const name = String(issue.path?.[0]?.key ?? '');
  return `${name === 'content' ? 'its text' : (postFields[name as keyof ImportedFields]?.key ?? name)} ${issue.message}`;
}
