import type { OwnData } from './own-account.ts';
import type { OwnPosts } from './posts.ts';

/**
 * One JSON document of what a person has here: account, log-ins, invitations and posts. Posts are asked for page by page while the
 * document is read, so that thousands of them are never in memory at once. Fails in the middle rather than leave one out.
 */
export function ownDataDocument(
  data: OwnData,
  first: OwnPosts,
  more: (after: number) => Promise<OwnPosts>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const parts = textOf(data, first, more);
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
  first: OwnPosts,
  more: (after: number) => Promise<OwnPosts>,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(data).slice(0, -1)},"posts":[`;
  let separator = '';
  for (let page: OwnPosts | undefined = first; page; ) {
    for (const post of page.posts) {
      yield `${separator}${JSON.stringify(post)}`;
      separator = ',\n';
    }
    page = page.next === undefined ? undefined : await more(page.next);
  }
  yield ']}\n';
}
