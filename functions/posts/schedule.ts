import type { DeletedPosts } from './deleted-store.ts';
import type { Post } from './post.ts';
import type { Posts } from './store.ts';

export interface ScheduleOptions {
  posts: Pick<Posts, 'publishDue' | 'tellMoved' | 'nextDue'>;
  deleted: Pick<DeletedPosts, 'forgetExpired'>;
  /** Called when events have told of posts that were changed by others. */
  told: () => Promise<unknown>;
  /** Called with each post that was published. */
  published: (post: Post) => Promise<unknown>;
  /** Does something in so many milliseconds. */
  later?: ((work: () => void, ms: number) => void) | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** What is due later is left to the relay, whose ticks come each minute and wake this function: it lives as long after a request. */
const aheadMs = 65_000;
/** Clocks of process and database differ. */
const leastMs = 100;

/** Publishes posts when their time has come, as long as this process lives. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #planned = new Set<number>();

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Publishes what is due, tells of what was moved, forgets what was deleted long ago, and plans for what is due soon. @returns how many posts were published */
  async run(): Promise<number> {
    const { posts, deleted, told, published } = this.#options;
    const due = await posts.publishDue();
    for (const post of due) await published(post);
    if ((await posts.tellMoved()) > 0) await told();
    await deleted.forgetExpired();
    this.plan(await posts.nextDue());
    return due.length;
  }

  /** Publishes a post at a time, if that is soon. */
  plan(at: Date | null | undefined): void {
    const { later = afterwards, now = Date.now } = this.#options;
    const time = at?.getTime();
    if (time === undefined || this.#planned.has(time) || time - now() > aheadMs) return;
    this.#planned.add(time);
    const publish = () => {
      this.#planned.delete(time);
      // The next tick does what could not be done.
      this.run().catch(() => {});
    };
    later(publish, Math.max(leastMs, time - now()));
  }
}

const afterwards = (work: () => void, ms: number) => void setTimeout(work, ms).unref();
