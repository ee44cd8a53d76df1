import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Post } from '../blog-folder/fields.ts';
import { picturePath, picturesIn, picturesOf, readmeFile } from '../blog-folder/layout.ts';
import { servedAddress } from '../blog-folder/picture-address.ts';
import { bytesOf, type Format, type ReadBlog, undated } from './format.ts';
import { ghostHtml } from './ghost-html.ts';
import { pageHtml } from './page-html.ts';

/** Where Ghost keeps pictures. */
const images = 'content/images';
/** Stands in exports of Ghost for the blog's own address. */
const here = '__GHOST_URL__';

/** JSON as Ghost 5 and 6 export and import it, with the pictures where Ghost keeps them. Texts are HTML, of which Ghost makes its own form. */
export const ghost: Format = async (blog, target) => {
  const file = await target.open('blog.json', undated);
  const [version, exportedOn] = ['6.0.0', undated.getTime()];
  await file.write(`{"db":[{"meta":${JSON.stringify({ exported_on: exportedOn, version })},"data":{"posts":[`);
  const written: Written[] = [];
  const types = new Map<string, string | undefined>();
  for await (const { post } of blog.posts()) {
    for (const picture of picturesOf(post))
      if (!types.has(picture)) types.set(picture, await blog.pictureType(picture));
    await file.write(`${written.length > 0 ? ',' : ''}\n${JSON.stringify(await postRow(post, blog.address, types))}`);
    const coverAlt = post.cover ? post.cover_alt : '';
    written.push({ id: post.id, author: post.author, tags: tagsOf(post), coverAlt });
  }
  const rest = Object.entries(relations(blog, written));
  await file.write(
    `]${rest.map(([name, rows]) => `,\n${JSON.stringify(name)}:${JSON.stringify(rows)}`).join('')}}}]}\n`,
  );
  await file.end();
  for await (const { address, type, bytes, changed } of blog.pictures())
    await target.add(posix.join(images, posix.basename(picturePath(address, type))), bytes, changed);
  await target.add(readmeFile, bytesOf(readme), undated);
};

const readme =
  'An export for Ghost (Settings, Import): blog.json alone, or as a zip file with the pictures in content/images.\n';

async function postRow(post: Post, address: string, types: ReadonlyMap<string, string | undefined>) {
  const pictureAt = (picture: string): string | undefined => {
    const type = types.get(picture);
    return type && `${here}/${images}/${posix.basename(picturePath(picture, type))}`;
  };
  const html = await pageHtml(post.content, address, (path) => {
    const [, slug, anchor = ''] = /^\/blog\/posts\/([^/?#]+)\/?(#.*)?$/.exec(path) ?? [];
    if (slug !== undefined) return `${here}/${slug}/${anchor}`;
    const [picture] = picturesIn(path);
    return picture === undefined ? undefined : pictureAt(picture);
  });
  return {
    id: objectId('post', post.id),
    title: post.title,
    slug: post.slug,
    mobiledoc: null,
    lexical: null,
    html: ghostHtml(html),
    comment_id: objectId('post', post.id),
    feature_image: (post.cover && pictureAt(servedAddress(post.cover))) ?? null,
    featured: post.featured ? 1 : 0,
    type: post.kind,
    status: post.status,
    locale: null,
    visibility: 'public',
    email_recipient_filter: 'all',
    created_at: post.created_at,
    updated_at: post.updated_at,
    published_at: post.status === 'published' ? post.created_at : null,
    custom_excerpt: post.summary || null,
    codeinjection_head: null,
    codeinjection_foot: null,
    custom_template: null,
    canonical_url: null,
  };
}

interface Tag {
  readonly slug: string;
  readonly name: string;
}

interface Written {
  readonly id: number;
  readonly author: string;
  readonly tags: readonly Tag[];
  readonly coverAlt: string;
}

/** A post's category is its first tag. */
const tagsOf = ({ category, tags }: Post): Tag[] => [
  { slug: category.slug, name: category.name },
  ...tags.map((name) => ({ slug: tagSlug(name), name })).filter(({ slug }) => slug !== category.slug),
];

/** A post's owner is its author. Ghost locks accounts that it imports until somebody resets their password. */
function relations({ settings = {}, authors }: ReadBlog, posts: readonly Written[]) {
  const tags = new Map(posts.flatMap((post) => post.tags.map((tag) => [tag.slug, tag])));
  const role = objectId('role', 'Author');
  return {
    posts_authors: posts.map(({ id, author }) => ({
      id: objectId('post author', id),
      post_id: objectId('post', id),
      author_id: objectId('user', author),
      sort_order: 0,
    })),
    posts_tags: posts.flatMap(({ id, tags: own }) =>
      own.map(({ slug }, index) => ({
        id: objectId('post tag', `${id} ${slug}`),
        post_id: objectId('post', id),
        tag_id: objectId('tag', slug),
        sort_order: index,
      })),
    ),
    posts_meta: posts
      .filter(({ coverAlt }) => coverAlt !== '')
      .map(({ id, coverAlt }) => ({
        id: objectId('post meta', id),
        post_id: objectId('post', id),
        // Ghost's column takes no more.
        feature_image_alt: [...coverAlt].slice(0, 191).join(''),
      })),
    tags: [...tags.values()].map(({ slug, name }) => ({
      id: objectId('tag', slug),
      name,
      slug,
      description: null,
      visibility: 'public',
    })),
    users: [...authors].map(([username, name]) => ({
      id: objectId('user', username),
      name,
      slug: username.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      // Nobody's: exports have no addresses of people, and Ghost wants one.
      email: `${username.toLowerCase()}@users.example.com`,
      status: 'active',
      visibility: 'public',
    })),
    roles: [{ id: role, name: 'Author', description: 'Authors' }],
    roles_users: [...authors.keys()].map((username) => ({
      id: objectId('role user', username),
      role_id: role,
      user_id: objectId('user', username),
    })),
    settings: ['title', 'description']
      .filter((key) => settings[key] !== undefined)
      .map((key) => ({ id: objectId('setting', key), group: 'site', key, value: settings[key], type: 'string' })),
  };
}

/** 24 hexadecimal digits, the same at every export. */
const objectId = (kind: string, id: string | number): string =>
  createHash('sha256').update(`${kind} ${id}`).digest('hex').slice(0, 24);
