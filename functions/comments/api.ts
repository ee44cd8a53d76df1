import { id, text, timestamp } from '@dormouse/events/field';
import { content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import { changedComment, listQuery, newComment, ownQuery, queueQuery, statuses, wordList } from './fields.ts';

const shown = {
  id,
  post_id: id,
  parent_id: v.pipe(v.nullable(id), v.description('The comment that it answers; null: it begins a thread.')),
  status: v.pipe(
    v.picklist(statuses),
    v.description('Readers see `published`, and `deleted` without its text where somebody has answered it.'),
  ),
  author: v.pipe(v.nullable(v.string()), v.description('Name as shown; null of a deleted comment. Plain text.')),
  is_guest: v.pipe(v.boolean(), v.description('Written without an account: anybody can use any name.')),
  is_post_author: v.pipe(v.boolean(), v.description('Written by the author of the post.')),
  content: v.pipe(v.string(), v.description('Markdown; empty of a deleted comment.')),
  created_at: timestamp,
  edited_at: v.nullable(timestamp),
};
const comment = v.pipe(v.strictObject(shown), v.title('Comment'));
const aComment: v.InferInput<typeof comment> = {
  id: 7,
  post_id: 42,
  parent_id: null,
  status: 'published',
  author: 'ada',
  is_guest: false,
  is_post_author: false,
  content: 'Well *said*.',
  created_at: '2026-11-30T12:00:00.000Z',
  edited_at: null,
};
const token = v.pipe(
  v.nullable(v.string()),
  v.description(
    'Of a guest: what `comment-token` must say to change or delete the comment within 15 minutes. Told once.',
  ),
);
const created = v.pipe(v.strictObject({ ...shown, token }), v.title('NewComment'));
const queued = v.pipe(
  v.strictObject({
    ...shown,
    version: v.pipe(id, v.description('What a decision on this text names.')),
    email: v.pipe(v.nullable(v.string()), v.description('As a guest typed it; nobody has proved it.')),
    reasons: v.pipe(v.array(v.string()), v.readonly(), v.description('Why it was not shown at once.')),
    post: v.strictObject({ slug: text, title: text }),
  }),
  v.title('CommentInQueue'),
);
const block = v.pipe(
  v.strictObject({
    id,
    author: v.pipe(v.string(), v.description('Name that the comment had.')),
    kind: v.pipe(v.picklist(['account', 'email', 'network']), v.description('What is blocked.')),
    blocked_by: text,
    created_at: timestamp,
  }),
  v.title('BlockedCommenter'),
);
const words = v.strictObject({ words: v.pipe(v.array(v.string()), v.readonly()) });

const headers = {
  'comment-token': v.optional(v.pipe(v.string(), v.description('Of a guest: what POST answered as `token`.'))),
};
const guarded = {
  ...headers,
  'if-match': v.optional(v.pipe(v.string(), v.description('412 unless it names the ETag.'))),
};
const etag = { etag: 'Strong entity tag of the comment as you may know it.' };
const moderators = 'Moderators are editors, administrators, and the author of the post.';
const pages = { link: '`rel="next"` leads to the next page (RFC 8288).' };

export const about = 'Comments of readers on posts, and their moderation.';

/** What comments answers to clients. */
export const api = {
  list: route('GET /blog/api/posts/:id/comments', {
    summary: 'Comments of a post',
    description:
      'Threads from the oldest on, each followed by its answers. With a token, also what its owner wrote and waits for a moderator. Empty where the blog takes no comments.',
    optionalToken: true,
    personal: 'comments:read',
    params: { id },
    query: listQuery,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({
      200: content('A page of the comments.', v.pipe(v.array(comment), v.readonly()), {
        example: [aComment],
        headers: { ...pages, 'x-total-count': 'How many comments readers see, deleted ones not counted.' },
      }),
    }),
  }),
  create: route('POST /blog/api/posts/:id/comments', {
    summary: 'Comment on a post, or answer a comment',
    description:
      'With a token in its owner’s name, without one as a guest with `name`. Whether it is shown at once is a setting of the blog (`comments` of `/api/settings`).',
    optionalToken: true,
    params: { id },
    body: newComment,
    examples: { answer: { content: 'Thank *you*.', parent_id: 7 }, guest: { content: 'Nice.', name: 'Grace' } },
    errors: ['unauthorized', 'forbidden', 'not_found', 'too_many_requests'],
    responses: () => ({
      201: content('It is shown.', created, {
        example: { ...aComment, token: null },
        headers: { ...etag, location: 'Address of the comment.' },
      }),
      202: content('It waits for a moderator.', created, {
        example: { ...aComment, status: 'held', token: null },
        headers: { ...etag, location: 'Address of the comment.' },
      }),
    }),
  }),
  queue: route('GET /blog/api/comments', {
    summary: 'Comments that wait for a moderator, or were decided on',
    description: `The newest first. Authors see those of their posts. ${moderators}`,
    roles: ['author', 'editor', 'admin'],
    personal: 'comments:read',
    query: queueQuery,
    responses: () => ({
      200: content('A page of the comments.', v.pipe(v.array(queued), v.readonly()), {
        example: [
          {
            ...aComment,
            status: 'held',
            version: 1,
            email: null,
            reasons: ['first'],
            post: { slug: 'wake-on-request', title: 'Wake on request' },
          },
        ],
        headers: {
          ...pages,
          'x-total-count': 'On the first page, how many there are; `1000+` for more than a thousand.',
        },
      }),
    }),
  }),
  own: route('GET /blog/api/comments/mine', {
    summary: 'Read one’s own comments',
    description: 'Those that wait, too, page by page (100) in the order of their ids: to take them along.',
    roles: 'any',
    personal: 'comments:read',
    query: ownQuery,
    responses: () => ({
      200: content('The comments.', v.pipe(v.array(comment), v.readonly()), {
        example: [aComment],
        headers: { link: 'Path of the next page (`rel="next"`), unless this one is the last.' },
      }),
    }),
  }),
  blocked: route('GET /blog/api/comments/blocked', {
    summary: 'Who may not comment any more',
    roles: ['editor', 'admin'],
    personal: 'comments:read',
    responses: () => ({
      200: content('All of them, the newest first.', v.pipe(v.array(block), v.readonly()), {
        example: [
          { id: 1, author: 'mallory', kind: 'account', blocked_by: 'edna', created_at: '2026-11-30T12:00:00.000Z' },
        ],
      }),
    }),
  }),
  unblock: route('DELETE /blog/api/comments/blocked/:id', {
    summary: 'Let somebody comment again',
    roles: ['editor', 'admin'],
    personal: 'comments:moderate',
    params: { id },
    errors: ['not_found'],
    responses: () => ({ 204: empty('They may.') }),
  }),
  words: route('GET /blog/api/comments/words', {
    summary: 'Words of which a comment with one is held back',
    roles: ['editor', 'admin'],
    personal: 'comments:read',
    responses: () => ({ 200: content('The words.', words, { example: { words: ['casino'] } }) }),
  }),
  changeWords: route('PUT /blog/api/comments/words', {
    summary: 'Replace the words of which a comment with one is held back',
    roles: ['editor', 'admin'],
    personal: 'comments:moderate',
    body: wordList,
    examples: { two: { words: ['casino', '카지노'] } },
    responses: () => ({ 200: content('The words.', words, { example: { words: ['casino', '카지노'] } }) }),
  }),
  get: route('GET /blog/api/comments/:id', {
    summary: 'One comment',
    description: 'An answer is there for who may see the comment that it answers.',
    optionalToken: true,
    personal: 'comments:read',
    params: { id },
    headers,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({ 200: content('The comment.', comment, { example: aComment, headers: etag }) }),
  }),
  change: route('PATCH /blog/api/comments/:id', {
    summary: 'Change the text of one’s own comment, or decide on one',
    description: `The text within 15 minutes; then it is looked at anew, and may wait again. A decision with a \`version\` that is not the comment’s any more is refused. ${moderators}`,
    optionalToken: true,
    personal: 'comments:moderate',
    params: { id },
    headers: guarded,
    body: changedComment,
    examples: { text: { content: 'Better *said*.' }, decision: { status: 'published', version: 1 } },
    errors: ['unauthorized', 'forbidden', 'not_found', 'conflict', 'precondition_failed'],
    responses: () => ({ 200: content('The comment.', comment, { example: aComment, headers: etag }) }),
  }),
  remove: route('DELETE /blog/api/comments/:id', {
    summary: 'Delete a comment',
    description: `Whoever wrote it, and moderators. ${moderators}`,
    optionalToken: true,
    personal: 'comments:moderate',
    params: { id },
    headers: guarded,
    errors: ['unauthorized', 'forbidden', 'not_found', 'precondition_failed'],
    responses: () => ({ 204: empty('It is gone; where it was answered, its place stays without text and name.') }),
  }),
  block: route('POST /blog/api/comments/:id/block', {
    summary: 'Let nobody comment any more who wrote this comment',
    description:
      'The account; of a guest the e-mail address, else the network that the comment came from, as long as it is remembered (30 days).',
    roles: ['editor', 'admin'],
    personal: 'comments:moderate',
    params: { id },
    errors: ['not_found', 'conflict'],
    responses: () => ({ 204: empty('They may not.') }),
  }),
};
