import { measure, onPush } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import type { Status } from './post.ts';
import type { Posts } from './store.ts';

/** Business metrics of posts, recorded after the commit. */
export interface PostMetrics {
  created(status: Status): void;
  changed(before: Status, after: Status): void;
}

/** Counts posts; authors are counted once by each instance, and again after changes. */
export function postMetrics({ activeAuthors }: Pick<Posts, 'activeAuthors'>): PostMetrics {
  let due = true;
  onPush(async () => {
    if (!due) return;
    due = false;
    measure(metrics.activeAuthors, await activeAuthors());
  });
  const published = () => {
    due = true;
    measure(metrics.postsPublished, 1);
  };
  return {
    created(status) {
      measure(metrics.postsCreated, 1, { 'dormouse.post.status': status });
      if (status === 'published') published();
    },
    changed(before, after) {
      if (before !== after && after === 'published') published();
    },
  };
}
