import { bytes, content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const stats = v.pipe(v.strictObject({ posts: count, categories: count }), v.title('Stats'));
const hash = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/),
  v.description('SHA-256 of the picture.'),
  v.metadata({ examples: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'] }),
);
const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/svg+xml'] as const;

export const about = 'What the blog’s pages offer to programs.';

/** What web answers to programs; pages, feeds and assets are for browsers and readers. */
export const api = {
  stats: route('GET /stats', {
    summary: 'Count posts and categories',
    failsWithPages: true,
    description: 'With `Accept: text/html` a page for people.',
    responses: () => ({
      200: content('The counts.', stats, { example: { posts: 120, categories: 9 }, types: ['text/html'] }),
    }),
  }),
  picture: route('GET /blog/media/:hash', {
    summary: 'Read a picture of an imported post',
    failsWithPages: true,
    params: { hash },
    headers: { 'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))) },
    errors: ['not_found'],
    responses: () => ({
      200: bytes('The picture; it never changes.', [...pictures, 'application/octet-stream'], { etag: 'Its hash.' }),
      304: empty('The client has it.'),
    }),
  }),
  storePicture: route('PUT /blog/media/:hash', {
    summary: 'Store a picture of an imported post',
    description: 'Needs a token with scope `import`.',
    roles: 'any',
    params: { hash },
    bytes: {
      types: ['application/octet-stream', ...pictures],
      description: 'The picture, at most 10 MiB; the type is seen from its bytes.',
    },
    errors: ['forbidden', 'not_found', 'invalid'],
    responses: () => ({
      201: empty('The picture is stored.', { location: 'Path of the picture.' }),
      204: empty('It was there.'),
    }),
  }),
  webfinger: route('GET /.well-known/webfinger', {
    summary: 'Find the page of an author by an address such as acct:ada@blog.example (WebFinger, RFC 7033)',
    description:
      'Of authors who have published something, by user name, or by the address of their page. The host is that of the blog. Everybody may read the answer from every origin (`access-control-allow-origin: *`).',
    query: v.object({
      resource: v.pipe(
        v.string(),
        v.description('Exactly one URI: `acct:NAME@HOST`, or the address of an author’s page.'),
        v.metadata({ examples: ['acct:ada@blog.example'] }),
      ),
      rel: v.optional(v.pipe(v.string(), v.description('Only links of this relation; may be repeated.'))),
    }),
    errors: ['malformed', 'not_found'],
    responses: () => ({
      200: bytes('A JSON Resource Descriptor (JRD).', ['application/jrd+json'], {
        'access-control-allow-origin': 'Always `*`.',
      }),
    }),
  }),
  openApi: route('GET /docs/api/openapi.json', {
    summary: 'Read this document (OpenAPI 3.1)',
    responses: () => ({
      200: content('The document.', v.looseObject({ openapi: v.string() }), { example: { openapi: '3.1.0' } }),
    }),
  }),
};
