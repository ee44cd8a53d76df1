import type { Comment } from './comments.ts';
import type { Subscriber } from './newsletter.ts';
import type { OwnData } from './own-account.ts';
import type { OwnPosts, Post, WholeDeletedPost } from './posts.ts';

/** The first page of some posts, and those after it. */
export interface PagedPosts<P> {
  first: OwnPosts<P>;
  more: (after: number) => Promise<OwnPosts<P>>;
}

/**
 * One JSON document of what a person has here: account, log-ins, invitations, posts, deleted posts, comments and the newsletter. They are asked for page by page while the
 * document is read, so that thousands of them are never in memory at once. Fails in the middle rather than leave one out.
 */
export function ownDataDocument(
  data: OwnData,
  posts: PagedPosts<Post>,
  deleted: PagedPosts<WholeDeletedPost>,
  comments: PagedPosts<Comment>,
  newsletter: readonly Subscriber[],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const parts = textOf(data, posts, deleted, comments, newsletter);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void parts.return(),
  });
}

async function* textOf(
  data: OwnData,
  posts: PagedPosts<Post>,
  deleted: PagedPosts<WholeDeletedPost>,
  comments: PagedPosts<Comment>,
  newsletter: readonly Subscriber[],
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(data).slice(0, -1)},"posts":[`;
  yield* listOf(posts);
  yield '],"deleted_posts":[';
  yield* listOf(deleted);
  yield '],"comments":[';
  yield* listOf(comments);
  yield `],"newsletter":${JSON.stringify(newsletter)}}\n`;
}

async function* listOf<P>({ first, more }: PagedPosts<P>): AsyncGenerator<string, void> {
  let separator = '';
  for (let page: OwnPosts<P> | undefined = first; page; ) {
    for (const post of page.posts) {
      yield `${separator}${JSON.stringify(post)}`;
      separator = ',\n';
    }
    page = page.next === undefined ? undefined : await more(page.next);
  }
}
