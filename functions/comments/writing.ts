import { createHmac, randomBytes } from 'node:crypto';
import type { Env } from '@dormouse/runtime/app';
import { fail, failField } from '@dormouse/runtime/errors';
import { tooManyRequests } from '@dormouse/runtime/limiter';
import { networkOf } from '@dormouse/runtime/network';
import type { Context } from 'hono';
import type { Comment, CommentedPost } from './comment.ts';
import type { Dependencies } from './dependencies.ts';
import type { NewComment } from './fields.ts';
import { likelihood } from './likelihood.ts';
import { moderates, tokenHashOf } from './permission.ts';
import { digestOf, verdict } from './verdict.ts';

/** Comments of one account, or of guests of one network, within a minute. */
const perMinute = 10;
const windowMs = 60_000;

export interface Written {
  comment: Comment;
  /** By which a guest may change it. */
  token?: string;
}

/** Stores a new comment, after everything was looked at that says whether it is shown. @throws AppError forbidden, invalid, too_many_requests */
export function writing({ comments, limiter, address, now = Date.now }: Dependencies) {
  let originKey: Promise<string> | undefined;
  const originOf = async (c: Context): Promise<string> => {
    originKey ??= comments.originKey();
    originKey.catch(() => (originKey = undefined));
    return createHmac('sha256', await originKey)
      .update(networkOf(address(c)))
      .digest('base64url');
  };
  const spend = async (key: string) => {
    const taken = await limiter.take(`comment:${key}`, perMinute, windowMs);
    if (!taken.allowed)
      fail('too_many_requests', 'Too many comments. Try again later.', {
        headers: tooManyRequests(taken, perMinute, windowMs),
      });
  };

  return async (c: Context<Env>, post: CommentedPost, input: NewComment): Promise<Written> => {
    const { caller } = c.var;
    const author = caller ? caller.name : input.name;
    if (author === undefined) return wrongName('is required');
    if (caller && (input.name !== undefined || input.email !== undefined)) wrongName('is not taken with a token');
    const policy = await comments.policy();
    if (policy === 'none') return fail('forbidden', 'This blog takes no comments.');
    const origin = await originOf(c);
    await spend(caller ? String(caller.id) : origin);
    const writer = { userId: caller?.id ?? null, email: input.email?.toLowerCase() ?? null, origin };
    const digest = digestOf(input.content);
    const at = new Date(now());
    const { isBlocked, ...known } = await comments.history(writer, digest, at);
    if (isBlocked) return fail('forbidden', 'You cannot comment here.');
    const judged = verdict(
      {
        content: input.content,
        name: input.name,
        isGuest: !caller,
        filledHoneypot: (input.website ?? '').trim() !== '',
      },
      {
        ...known,
        policy,
        isModerator: moderates(caller, post),
        likelihood: likelihood(await comments.learned(input.content)),
      },
    );
    const token = caller ? undefined : randomBytes(24).toString('base64url');
    const comment = await comments.create(
      {
        ...writer,
        ...judged,
        postId: post.id,
        parentId: input.parent_id ?? null,
        author,
        content: input.content,
        digest,
        tokenHash: token ? tokenHashOf(token) : null,
      },
      at,
    );
    return { comment, ...(token && { token }) };
  };
}

const wrongName = (message: string): never => failField('name', message);
