import type { PostSummary } from './posts.ts';
import type { Session } from './session.ts';

/** Whether somebody may change what is everybody's; decided by posts. */
export const isEditor = ({ role }: Session): boolean => role === 'editor' || role === 'admin';

/** Whether to offer a change; whether it is allowed is decided by posts. */
export const mayChange = (post: Pick<PostSummary, 'author'>, session: Session | undefined): boolean =>
  session !== undefined && (isEditor(session) || session.name === post.author);
