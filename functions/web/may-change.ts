import type { PostSummary } from './posts.ts';
import type { Session } from './session.ts';

/** Whether to offer a change; whether it is allowed is decided by posts. */
export const mayChange = (post: Pick<PostSummary, 'author'>, session: Session | undefined): boolean =>
  session !== undefined && (session.role === 'editor' || session.role === 'admin' || session.name === post.author);
