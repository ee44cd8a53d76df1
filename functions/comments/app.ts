import { hash } from 'node:crypto';
import { postDeleted } from '@dormouse/events/post';
import { userDeleted } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import type { ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, id, json, newApp, otherwise } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { measure } from '@dormouse/runtime/measure';
import { on, onInParts, receive } from '@dormouse/runtime/receive';
import { mayChange } from '@dormouse/runtime/representation';
import { header } from '@dormouse/runtime/request';
import { metrics } from '@dormouse/signals/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { api } from './api.ts';
import type { Block } from './blocks.ts';
import type { Comment, CommentedPost } from './comment.ts';
import type { Dependencies } from './dependencies.ts';
import { likelihood } from './likelihood.ts';
import { type Asking, demandEditor, isEditable, isEditor, maySee, moderates, owns, toldStatus } from './permission.ts';
import type { Queued } from './store.ts';
import { digestOf, verdict } from './verdict.ts';
import { writing } from './writing.ts';

type View = ResponseOf<typeof api.get, 200>;

const { path } = api.queue;
const own = { 'cache-control': 'private, no-store' };
const ownPerPage = 100;

export function createApp(dependencies: Dependencies) {
  const { comments, moderation, outbox, tokens, now = Date.now } = dependencies;
  const write = writing({ ...dependencies, now });
  const asking = (c: Context<Env>): Asking => ({
    caller: c.var.caller,
    token: header(c, 'comment-token'),
    now: new Date(now()),
  });
  /** A comment of a published post, with it. @param evenIf lets somebody have a comment that they would not see */
  const found = async (
    c: Context<Env>,
    evenIf: (who: Asking, comment: Comment) => boolean = () => false,
  ): Promise<[Comment, CommentedPost]> => {
    const comment = (await comments.get(id(c.req.param('id') ?? ''))) ?? noComment();
    const [post = noComment(), root] = await Promise.all([
      comments.post(comment.postId),
      comment.parentId === null ? undefined : comments.get(comment.parentId),
    ]);
    const who = asking(c);
    return maySee(who, comment, post, root) || evenIf(who, comment) ? [comment, post] : noComment();
  };
  /** One comment as whoever asks may know it, with the tag that a change names. */
  const answer = (c: Context<Env>, comment: Comment, post: CommentedPost) => {
    const told = toldView(c.var.caller, comment, post);
    return c.json(told, 200, { ...own, etag: tagOf(told) });
  };
  /** Refuses a change of another version than was read. */
  const unchangedFor = (c: Context<Env>, post: CommentedPost) => (before: Comment) => {
    const etag = tagOf(toldView(c.var.caller, before, post));
    if (!mayChange(c, etag))
      fail('precondition_failed', 'This comment was changed since you read it.', { headers: { etag } });
  };

  return newApp()
    .post(
      '/events',
      receive({
        outbox,
        handlers: [
          on(postDeleted, ({ data }, tx) => comments.postDeleted(data.id, tx)),
          onInParts(userDeleted, ({ data }) => comments.removeOf(data)),
        ],
      }),
    )
    .post('/events/sweep', internalOnly, async (c) => c.json(await comments.sweep(new Date(now()))))
    .use('/blog/api/*', authenticate(tokens, api))
    .get(api.list.path, async (c) => {
      const { limit, after } = check(api.list.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const post = (await comments.post(id(c.req.param('id')))) ?? noPost();
      if ((await comments.policy()) === 'none') return c.json([], 200, { ...cachingOf(c), 'x-total-count': '0' });
      const place = after === undefined ? ([0, 0] as const) : decodeCursor(after, ['number', 'number']);
      const [shown, count] = await Promise.all([
        comments.list(post.id, { limit, after: place, viewer: c.var.caller?.id }),
        comments.count(post.id),
      ]);
      const last = shown.length === limit ? shown.at(-1) : undefined;
      return c.json(
        shown.map((each) => toldView(c.var.caller, each, post)),
        200,
        {
          ...cachingOf(c),
          'x-total-count': String(count),
          ...(last && {
            link: `<${path.replace('comments', `posts/${post.id}/comments`)}?limit=${limit}&after=${encodeCursor([last.threadId, last.id])}>; rel="next"`,
          }),
        },
      );
    })
    .post(api.create.path, json(api.create.body), async (c) => {
      const post = (await comments.post(id(c.req.param('id')))) ?? noPost();
      const { comment, token } = await write(c, post, c.req.valid('json'));
      measure(metrics.commentsWritten, 1, { 'dormouse.comment.status': comment.status });
      const status = comment.status === 'published' ? 201 : 202;
      const told = toldView(c.var.caller, comment, post);
      const headers = { ...own, etag: tagOf(told), location: `${path}/${comment.id}` };
      return c.json({ ...told, token: token ?? null }, status, headers);
    })
    .get(path, async (c) => {
      const caller = required(c);
      if (caller.role === 'reader' || caller.role === 'operator')
        fail('forbidden', 'Authors and editors moderate comments.');
      const { status, limit, after } = check(api.queue.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const [last] = after === undefined ? [] : decodeCursor(after, ['number']);
      const authorId = isEditor(caller) ? undefined : caller.id;
      const { comments: page, count } = await comments.queue({ status, authorId, limit, after: last });
      const end = page.length === limit ? page.at(-1) : undefined;
      return c.json(page.map(queuedView), 200, {
        ...own,
        ...(count !== undefined && { 'x-total-count': count > 1000 ? '1000+' : String(count) }),
        ...(end && { link: `<${path}?status=${status}&limit=${limit}&after=${encodeCursor([end.id])}>; rel="next"` }),
      });
    })
    .get(api.own.path, async (c) => {
      const { after } = check(api.own.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const written = await comments.ofUser(required(c).id, after, ownPerPage);
      const last = written.length === ownPerPage ? written.at(-1) : undefined;
      return c.json(
        // Whose posts they are on does not matter here.
        written.map((each) => toldView(undefined, each)),
        200,
        { ...own, ...(last && { link: `<${api.own.path}?after=${last.id}>; rel="next"` }) },
      );
    })
    .get(api.blocked.path, async (c) => {
      demandEditor(required(c));
      return c.json((await moderation.blocked()).map(blockView), 200, own);
    })
    .delete(api.unblock.path, async (c) => {
      demandEditor(required(c));
      const gone = await moderation.unblock(id(c.req.param('id')));
      return gone ? c.body(null, 204) : fail('not_found', 'There is no such block.');
    })
    .get(api.words.path, async (c) => {
      demandEditor(required(c));
      return c.json({ words: await moderation.words() }, 200, own);
    })
    .put(api.changeWords.path, json(api.changeWords.body), async (c) => {
      demandEditor(required(c));
      return c.json({ words: await moderation.changeWords(c.req.valid('json').words) }, 200, own);
    })
    .all(api.own.path, otherwise('GET', 'HEAD'))
    .all(api.blocked.path, otherwise('GET', 'HEAD'))
    .all(api.words.path, otherwise('GET', 'HEAD', 'PUT'))
    .get(api.get.path, async (c) => {
      const [comment, post] = await found(c);
      return answer(c, comment, post);
    })
    .patch(api.change.path, json(api.change.body), async (c) => {
      const [comment, post] = await found(c);
      const { content, status, version } = c.req.valid('json');
      if (status !== undefined) {
        if (!moderates(c.var.caller, post)) forbidden('Only moderators decide on comments.');
        const allow = unchangedFor(c, post);
        const decided = await comments.decide(comment.id, { status, version, allow }, required(c).id);
        measure(metrics.commentsDecided, 1, { 'dormouse.comment.status': status });
        return answer(c, decided, post);
      }
      return answer(c, await edit(asking(c), comment, post, content ?? '', unchangedFor(c, post)), post);
    })
    .delete(api.remove.path, async (c) => {
      // What somebody wrote they may take back, even where nobody sees it any more.
      const [comment, post] = await found(c, (who, each) => each.status !== 'deleted' && owns(who, each));
      if (!moderates(c.var.caller, post) && !owns(asking(c), comment)) forbidden('This comment is somebody else’s.');
      await comments.remove(comment.id, c.var.caller?.id, unchangedFor(c, post));
      return c.body(null, 204);
    })
    .post(api.block.path, async (c) => {
      const caller = demandEditor(required(c));
      const [comment] = await found(c);
      if (comment.userId === caller.id) fail('conflict', 'This comment is your own.');
      if (!(await moderation.block(comment, caller.name)))
        fail('conflict', 'Nothing is known any more of who wrote this comment.');
      return c.body(null, 204);
    });

  /** A new text is looked at as the first one was, by the policy of now; what waits goes on waiting. */
  async function edit(
    who: Asking,
    comment: Comment,
    post: CommentedPost,
    content: string,
    allow: (before: Comment) => void,
  ): Promise<Comment> {
    if (!owns(who, comment)) forbidden('This comment is somebody else’s.');
    if (!isEditable(comment, who.now)) forbidden('Comments can be changed for 15 minutes.');
    const policy = await comments.policy();
    if (policy === 'none') return forbidden('This blog takes no comments.');
    const { userId, email, origin } = comment;
    const digest = digestOf(content);
    const known = await comments.history({ userId, email, origin }, digest, who.now);
    if (known.isBlocked) forbidden('You cannot comment here.');
    const likely = likelihood(await comments.learned(content));
    return comments.edit(
      comment.id,
      { content, digest },
      (before) => {
        if (before.status === 'deleted') return noComment();
        allow(before);
        const isGuest = userId === null;
        // How often something was said is decided already.
        const judged = verdict(
          { content, isGuest, name: isGuest ? comment.author : undefined, filledHoneypot: false },
          {
            ...known,
            policy,
            isModerator: moderates(who.caller, post),
            recent: 0,
            repeated: 0,
            likelihood: likely,
          },
        );
        return before.status === 'published' ? judged : { status: before.status, reasons: judged.reasons };
      },
      who.now,
    );
  }
}

const internalOnly: MiddlewareHandler<Env> = (c, next) =>
  cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();

const noPost = (): never => fail('not_found', 'There is no such post.');
const noComment = (): never => fail('not_found', 'There is no such comment.');
const forbidden = (detail: string): never => fail('forbidden', detail);

const cachingOf = (c: Context<Env>) => (c.var.caller ? own : { 'cache-control': 'no-cache', vary: 'authorization' });

/** A comment as somebody may know it. @param post undefined where it does not matter whose it is */
const toldView = (caller: Caller | undefined, comment: Comment, post?: CommentedPost): View =>
  view({ ...comment, status: toldStatus(caller, comment, post) }, post);

/** Of what is told, not of the version: that grows when a moderator makes spam of what waits, which whoever wrote it is not told. */
const tagOf = (told: View): string => `"${hash('sha256', JSON.stringify(told), 'base64url').slice(0, 27)}"`;

const view = (comment: Comment, post?: CommentedPost): View => {
  const isDeleted = comment.status === 'deleted';
  return {
    id: comment.id,
    post_id: comment.postId,
    parent_id: comment.parentId,
    status: comment.status,
    author: isDeleted ? null : comment.author,
    is_guest: !isDeleted && comment.userId === null,
    is_post_author: !isDeleted && post !== undefined && comment.userId === post.authorId,
    content: comment.content,
    created_at: comment.createdAt.toISOString(),
    edited_at: comment.editedAt?.toISOString() ?? null,
  };
};

const queuedView = ({ post, ...comment }: Queued) => ({
  ...view(comment, post),
  version: comment.version,
  email: comment.email,
  reasons: comment.reasons,
  post: { slug: post.slug, title: post.title },
});

const blockView = ({ id: blockId, author, kind, blockedBy, createdAt }: Block) => ({
  id: blockId,
  author,
  kind,
  blocked_by: blockedBy,
  created_at: createdAt.toISOString(),
});
