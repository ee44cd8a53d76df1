import type { DataOf } from '@dormouse/events/contract';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import type { ReceivedEvent } from '@dormouse/runtime/receive';

type PostData = DataOf<typeof postUpdated>;

/** Types of the catalogue that somebody may subscribe to: of public posts, and nothing of people. */
export const offered = [postPublished.type, postUpdated.type, postUnpublished.type, postDeleted.type] as const;

/** What subscribers are told of an event. */
export interface Announcement {
  type: string;
  /** When it happened, RFC 3339. */
  timestamp: string;
  data: { version?: number; [field: string]: unknown };
  /** The post that has to be public when it is told; absent where nothing is told but its id. */
  postId?: number;
}

/** A post of which nothing is told any more, up to a version. */
export interface Withdrawal {
  postId: number;
  version: number;
}

/** What an event takes back, which hides a post or tells that it is gone. */
export const withdrawalOf = ({
  type,
  data: { id, version },
}: Pick<ReceivedEvent<PostData>, 'type' | 'data'>): Withdrawal | undefined =>
  type === postUnpublished.type || type === postDeleted.type ? { postId: id, version } : undefined;

/**
 * An event of a post as subscribers may see it; undefined when it is none of their business. Author and byline are people, so they are not
 * in it. Of a post that is hidden or gone only the id is: a change may have hidden it and given it another title at once.
 * @param site where readers find the blog, if that is known
 */
export function announcementOf(
  { type, time = new Date().toISOString(), data }: Pick<ReceivedEvent<PostData>, 'type' | 'time' | 'data'>,
  site: string | undefined,
): Announcement | undefined {
  const { id, version } = data;
  const told = { type, timestamp: time };
  if (type === postUnpublished.type) return { ...told, data: { id, version } };
  if (data.status !== 'published') return undefined;
  if (type === postDeleted.type) return { ...told, data: { id, version } };
  const { slug, title, kind = 'post', category, tags = [], created_at, updated_at } = data;
  const url = site === undefined ? {} : { url: `${site}/blog/posts/${encodeURIComponent(slug)}` };
  return {
    ...told,
    data: { id, version, slug, title, kind, category, tags, created_at, updated_at, ...url },
    postId: id,
  };
}

/** The body that is sent, by Standard Webhooks. */
export const bodyOf = ({ type, timestamp, data }: Pick<Announcement, 'type' | 'timestamp' | 'data'>): string =>
  JSON.stringify({ type, timestamp, data });

/** What is left of a body once its post is not public any more: that something was said of it, and of which version. */
export function withdrawnBody(body: string): string {
  const { data, ...told } = JSON.parse(body) as {
    type: string;
    timestamp: string;
    data: { id: number; version: number };
  };
  return bodyOf({ ...told, data: { id: data.id, version: data.version } });
}
