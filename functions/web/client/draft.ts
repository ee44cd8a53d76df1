import { type Fields, sameText } from './fields.ts';
import { merge } from './merge.ts';
import type { Reply, Saved, Stored } from './reply.ts';

/** What the server has. */
export interface Version {
  /** 0: nothing yet. */
  id: number;
  version: number;
  etag: string;
  /** Where the form goes. */
  action: string;
  fields: Fields;
}

/** A request to save. */
export interface Save {
  id: number;
  etag: string;
  action: string;
  /** Makes one post of a first save that is sent twice. */
  key: string;
  fields: Fields;
}

/** What of a draft outlives its tab. */
export interface Kept {
  base: Version;
  fields: Fields;
  key: string;
  pending?: Save | undefined;
}

/** Why nothing is saved any more without being asked for. */
export type Halt = 'conflict' | 'published' | 'gone' | 'refused';

/** Of the right person, in the right session, by a server that is there. */
const isToBeSentAgain = (reply: Reply): reply is Extract<Reply, { outcome: NotTaken }> =>
  (notTaken as readonly string[]).includes(reply.outcome);
const notTaken = ['later', 'logged-out', 'other-account', 'stale'] as const;
type NotTaken = (typeof notTaken)[number];

/** A text that somebody writes, and how much of it the server has. Knows nothing of time and network. */
export class Draft {
  /** As typed. */
  fields: Fields;
  /** What is sent: a line only once it was left, since half of a title would become an address, and half of a name a category. */
  #settled: Fields;
  base: Version;
  key: string;
  /** Sent, and not answered: to be sent again as it was, until it is. */
  pending: Save | undefined;
  halted: Halt | undefined;
  /** What was said of a text that was refused. */
  alert = '';
  readonly #autosaves: boolean;

  constructor({ base, key, fields, pending }: Kept, autosaves: boolean) {
    this.base = base;
    this.key = key;
    this.fields = fields;
    this.#settled = fields;
    this.pending = pending;
    this.#autosaves = autosaves;
  }

  /** @param isLeft whether no line is being typed */
  typed(fields: Fields, isLeft: boolean): void {
    this.fields = fields;
    this.#settled = isLeft ? fields : { ...this.#settled, content: fields.content };
    if (this.halted === 'refused') this.halted = undefined;
  }

  /** Whether something was typed that the server does not have. */
  get unsaved(): boolean {
    const { fields, base, pending } = this;
    const isSame = sameText(this.#complete(fields), this.#complete(base.fields));
    return pending !== undefined || !isSame || fields.published_at !== base.fields.published_at;
  }

  /** Whether it is saved without being asked for, at the latest when its lines are left. */
  get savesItself(): boolean {
    const { title, content } = this.fields;
    return this.#autosaves && !this.halted && title.trim() !== '' && content.trim() !== '';
  }

  /** Whether there is something to send. */
  get unsent(): boolean {
    return this.pending !== undefined || this.#sendable() !== undefined;
  }

  /** What is to be sent next. */
  next(): Save | undefined {
    const fields = this.#sendable();
    if (!this.pending && fields) {
      const { id, etag, action } = this.base;
      this.pending = { id, etag, action, key: this.key, fields };
    }
    return this.pending;
  }

  /** A post needs a category; who chooses none yet means no change. */
  #complete(fields: Fields): Fields {
    const category_name = fields.category_name.trim() || this.base.fields.category_name || 'General';
    return { ...fields, category_name };
  }

  #sendable(): Fields | undefined {
    const { base } = this;
    if (!this.#autosaves || this.halted) return undefined;
    const fields = this.#complete(this.#settled);
    if (fields.title.trim() === '' || fields.content.trim() === '' || sameText(fields, base.fields)) return undefined;
    return fields;
  }

  /** Takes the answer to what was sent. @returns fields to be shown in the place of those that were typed */
  answered(reply: Reply): Fields | undefined {
    const sent = this.pending;
    if (!sent || isToBeSentAgain(reply)) return undefined;
    this.pending = undefined;
    if (reply.outcome === 'saved') this.#has(reply, sent.fields);
    else if (reply.outcome === 'changed') return this.#changed(reply, sent);
    else {
      this.halted = reply.outcome;
      if (reply.outcome === 'refused') this.alert = reply.alert;
    }
    return undefined;
  }

  /** Takes the answer to a button. @param sent what the form held when it was pressed */
  asked(status: 'draft' | 'published', saved: Saved, sent: Fields): void {
    this.#has(saved, sent);
    this.base = { ...this.base, fields: this.#complete(sent) };
    // What others read is not changed without being asked for.
    this.halted = status === 'published' && this.#autosaves ? 'published' : undefined;
  }

  #has({ id, version, etag, action }: Omit<Version, 'fields'>, fields: Stored): void {
    this.base = { id, version, etag, action, fields: { ...fields, published_at: this.base.fields.published_at } };
  }

  #changed(theirs: Extract<Reply, { outcome: 'changed' }>, sent: Save): Fields | undefined {
    if (theirs.status === 'published') this.halted = 'published';
    // It is what was sent: only the answer got lost.
    if (sameText(theirs.fields, sent.fields)) {
      this.#has(theirs, sent.fields);
      return undefined;
    }
    return this.#join(theirs);
  }

  /** Puts another version and what was typed together; the version is not lost, and neither is what was typed, when that cannot be done. */
  #join(theirs: Omit<Version, 'fields'> & { fields: Stored }): Fields | undefined {
    const merged = merge(this.base.fields, this.#complete(this.fields), theirs.fields);
    if (!merged) {
      this.halted = 'conflict';
      return undefined;
    }
    this.fields = this.#settled = merged;
    this.#has(theirs, theirs.fields);
    return merged;
  }

  /** Takes up what an earlier tab left behind. @returns the fields to be shown */
  restore(kept: Kept): Fields {
    const present = this.base;
    this.fields = this.#settled = kept.fields;
    this.key = kept.key;
    const arrived = kept.pending && kept.pending.id > 0 && sameText(kept.pending.fields, present.fields);
    if (kept.base.etag === present.etag && kept.base.id === present.id) this.pending = kept.pending;
    else if (!arrived) {
      this.base = kept.base;
      this.#join(present);
    }
    return this.fields;
  }

  get kept(): Kept {
    const { base, fields, key, pending } = this;
    return { base, fields, key, pending };
  }
}
