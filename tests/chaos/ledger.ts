/** A post as a client wrote it. */
export interface PostState {
  title: string;
  content: string;
  category: string;
  status: 'draft' | 'published';
}

/** What a client knows of a post. A request without an answer may have happened or not: then there are several possible states. */
export interface WrittenPost {
  /** In its title, and in no other post's. */
  token: string;
  id: number | undefined;
  possible: (PostState | 'absent')[];
}

/** Events of one subject, sent one batch after the other, numbered from 1. */
export interface Stream {
  subject: string;
  /** Acknowledged with 202: all up to this number. */
  acknowledged: number;
  /** Sent, perhaps without an answer: all up to this number. */
  sent: number;
}

/** Everything that was asked for, and what came of it as far as clients know. */
export class Ledger {
  readonly posts: WrittenPost[] = [];
  readonly streams: Stream[] = [];
  /** Answers that should not have been, with what was expected. */
  readonly surprises: string[] = [];
  acknowledgedWrites = 0;
  /** Events that acknowledged writes announced. */
  announced = 0;
  ambiguous = 0;
  abandoned = 0;
  retriedBatches = 0;
  readonly #waiting = new Set<{ since: number; done: () => void }>();
  /** Requests under way. */
  inFlight = 0;

  get acknowledgedEvents(): number {
    return this.announced + this.streams.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  /** Resolves once something that was begun after now is acknowledged. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((done) => this.#waiting.add({ since: performance.now(), done }));
  }

  /** A request that was begun at `began` was acknowledged. */
  acknowledge(began: number): void {
    for (const each of this.#waiting) {
      if (began < each.since) continue;
      this.#waiting.delete(each);
      each.done();
    }
  }

  /** Counts a request while it is under way. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.inFlight++;
    try {
      return await request();
    } finally {
      this.inFlight--;
    }
  }
}
