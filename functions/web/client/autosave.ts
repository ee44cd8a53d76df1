import type { Copies, Copy } from './copies.ts';
import type { Draft, Halt, Save } from './draft.ts';
import type { Fields } from './fields.ts';
import type { Reply, Saved } from './reply.ts';

/** Where a text stands. */
export type State =
  | 'nothing'
  | 'saved'
  | 'saving'
  | 'typing'
  | 'local'
  | 'offline'
  | 'logged-out'
  | 'other-account'
  | 'unsent'
  | 'unkept'
  | Halt;

export interface AutosaveOptions {
  draft: Draft;
  copies: Copies;
  /** Of this tab. */
  tab: string;
  /** Rejects when nothing answers. */
  send: (save: Save) => Promise<Reply>;
  /** A form of the present session has this token. */
  renew: (csrf: string) => void;
  /** Shows what another version and what was typed have become together. */
  replace: (fields: Fields) => void;
  /** The server has a newer version, or has it at another address. */
  moved: (draft: Draft) => void;
  changed: (state: State, savedAt: number) => void;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Does something in so many milliseconds. @returns what prevents it */
  later: (work: () => void, ms: number) => () => void;
}

/** After the last key, ms. */
const quietMs = 1_000;
/** Whoever goes on typing is saved once in this time, ms. */
const maxUnsavedMs = 10_000;
/** Copies of large texts are written no more often than this, ms. */
const copyMs = 200;
const maxRetryMs = 30_000;

/** Keeps what is typed: at once in this browser, and on the server when typing pauses. */
export class Autosave {
  readonly #options: AutosaveOptions;
  #turn = Promise.resolve();
  #cancelSave = () => {};
  #cancelCopy = () => {};
  #copiedAt = 0;
  /** Of the first key that is not saved. */
  #unsavedSince = 0;
  #savedAt = 0;
  #failures = 0;
  /** Who should be here is not. */
  #away: 'logged-out' | 'other-account' | undefined;
  #unkept = false;
  #ended = false;
  #held = 0;
  #copyOf: number | undefined;

  constructor(options: AutosaveOptions) {
    this.#options = options;
  }

  /** @param isLeft whether no line is being typed */
  typed(fields: Fields, isLeft: boolean): void {
    const { draft, now, later } = this.#options;
    draft.typed(fields, isLeft);
    this.#unsavedSince ||= now();
    const wait = copyMs - (now() - this.#copiedAt);
    this.#cancelCopy();
    if (wait <= 0) this.keep();
    else this.#cancelCopy = later(() => this.keep(), wait);
    this.#show();
    if (this.#failures === 0) this.#plan(Math.min(quietMs, Math.max(0, this.#unsavedSince + maxUnsavedMs - now())));
  }

  /** Writes the copy in this browser, or takes it away when the server has all of it. */
  keep(): void {
    const { draft, copies, tab, now } = this.#options;
    if (this.#ended) return;
    this.#cancelCopy();
    this.#copiedAt = now();
    if (this.#copyOf !== undefined && (this.#copyOf !== draft.base.id || !draft.unsaved))
      copies.remove(this.#copyOf, tab);
    this.#unkept = draft.unsaved && !copies.put({ ...draft.kept, tab, time: now() });
    this.#copyOf = draft.unsaved ? draft.base.id : undefined;
  }

  /** Saves now what can be saved. */
  flush(): Promise<void> {
    this.#cancelSave();
    // One after the other: what is sent next is made of the answer before.
    return (this.#turn = this.#turn.then(() => this.#save()));
  }

  /** Waits for the answer to what was sent. @returns whether there is one */
  async settle(): Promise<boolean> {
    await this.#turn;
    if (this.#options.draft.pending) await this.flush();
    // The first answer may have been a new token.
    if (this.#options.draft.pending) await this.flush();
    return this.#options.draft.pending === undefined;
  }

  /**
   * Makes a draft of what was never saved, before a button saves it: a request that is not answered is sent again as it was, and what a
   * button asks for must not be. With another text, the key of the first save would be refused.
   * @returns as {@link settle}
   */
  async begin(): Promise<boolean> {
    await this.#turn;
    const { draft } = this.#options;
    if (draft.base.id === 0) draft.next();
    return this.settle();
  }

  /** A button has saved what the form held then. @returns whether that is all there is */
  asked(status: 'draft' | 'published', saved: Saved, sent: Fields): boolean {
    const { draft, moved, now } = this.#options;
    // A copy that was there before this page, as when a preview was shown, is taken away, too.
    this.#copyOf ??= draft.base.id;
    draft.asked(status, saved, sent);
    this.#savedAt = now();
    moved(draft);
    this.keep();
    // Else the next page says it.
    if (draft.unsaved) this.#show();
    return !draft.unsaved;
  }

  /** Saves nothing new, until what it returns is called. */
  hold(): () => void {
    this.#held++;
    return () => {
      this.#held--;
      if (this.#options.draft.unsent) this.#plan(quietMs);
    };
  }

  /** Nothing answered when it was to be saved: that has to be asked for again. */
  failed(): void {
    this.keep();
    this.#options.changed(this.#away ?? 'unsent', this.#savedAt);
  }

  /** Takes up what an earlier tab left behind. @returns a copy, as of the tab `other`, of what that takes the place of */
  restore(copy: Copy, other: string): Copy | undefined {
    const { draft, copies, replace, moved, now } = this.#options;
    const replaced = draft.unsaved ? { ...draft.kept, tab: other, time: now() } : undefined;
    if (replaced) copies.put(replaced);
    replace(draft.restore(copy));
    moved(draft);
    this.resume();
    copies.remove(copy.base.id, copy.tab);
    return replaced;
  }

  /** Goes on with what was typed before. */
  resume(): void {
    this.keep();
    this.#show();
    this.#plan(0);
  }

  /** There may be a connection or a session again. */
  wake(): void {
    if (this.#failures > 0 || this.#away) this.#plan(0);
  }

  /** Does nothing any more; the copy stays. */
  stop(): void {
    this.#ended = true;
    this.#cancelSave();
    this.#cancelCopy();
  }

  #plan(ms: number): void {
    this.#cancelSave();
    if (this.#ended) return;
    this.#cancelSave = this.#options.later(() => void this.flush(), ms);
  }

  async #save(): Promise<void> {
    const { draft, send } = this.#options;
    const save = draft.pending ?? (this.#held > 0 ? undefined : draft.next());
    if (!save || this.#ended) return this.#show();
    this.keep();
    this.#unsavedSince = 0;
    this.#show();
    // What is not understood is an answer of something in between.
    const reply = await send(save).catch((): Reply => ({ outcome: 'later', seconds: 0 }));
    if (this.#ended) return;
    this.#answered(reply);
  }

  #answered(reply: Reply): void {
    const { draft, renew, replace, moved, now } = this.#options;
    const again = reply.outcome === 'stale' || reply.outcome === 'later';
    this.#away = reply.outcome === 'logged-out' || reply.outcome === 'other-account' ? reply.outcome : undefined;
    if (reply.outcome === 'stale') renew(reply.csrf);
    if (reply.outcome === 'saved') this.#savedAt = now();
    const fields = draft.answered(reply);
    if (fields) replace(fields);
    if (reply.outcome === 'saved' || reply.outcome === 'changed') moved(draft);
    this.keep();
    this.#failures = again ? this.#failures + 1 : 0;
    this.#show();
    if (reply.outcome === 'later')
      this.#plan(Math.max(reply.seconds * 1_000, Math.min(maxRetryMs, 1_000 * 2 ** (this.#failures - 1))));
    else if (reply.outcome === 'stale') this.#plan(this.#failures > 2 ? maxRetryMs : 0);
    else if (draft.unsent && !this.#away) this.#plan(quietMs);
  }

  #show(): void {
    const { draft, changed } = this.#options;
    if (!this.#ended) changed(this.#stateOf(draft), this.#savedAt);
  }

  #stateOf(draft: Draft): State {
    if (this.#unkept) return 'unkept';
    if (draft.halted) return draft.halted;
    if (this.#away) return this.#away;
    if (this.#failures > 0) return 'offline';
    if (draft.pending) return 'saving';
    if (!draft.unsaved) return this.#savedAt ? 'saved' : 'nothing';
    return draft.savesItself ? 'typing' : 'local';
  }
}
