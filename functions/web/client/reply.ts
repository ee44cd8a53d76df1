import type { Fields } from './fields.ts';

/** What the editor's script is answered where its form goes, as JSON. */
export type Reply =
  | Saved
  /** Somebody saved another version before: this one. */
  | {
      outcome: 'changed';
      id: number;
      version: number;
      etag: string;
      action: string;
      status: 'draft' | 'published';
      fields: Stored;
    }
  | { outcome: 'gone' }
  /** Nothing was stored, and will not be before the text changes. */
  | { outcome: 'refused'; alert: string }
  | { outcome: 'logged-out' }
  | { outcome: 'other-account' }
  /** The form is of an earlier session; with this token it is one of the present one. */
  | { outcome: 'stale'; csrf: string }
  /** Whether it was stored is not known: to be sent again, as it was. */
  | { outcome: 'later'; seconds: number };

export interface Saved {
  outcome: 'saved';
  id: number;
  version: number;
  etag: string;
  action: string;
  /** Of the post's page. */
  location: string;
}

/** What a version has of the fields. */
export type Stored = Omit<Fields, 'published_at'>;

/** An article as a page shows it, and the style sheets for colours of its pictures. */
export interface Previewed {
  outcome: 'preview';
  html: string;
  sheets: readonly string[];
}

/** A picture that can be shown. */
export interface UploadedPicture {
  outcome: 'uploaded';
  address: string;
}
