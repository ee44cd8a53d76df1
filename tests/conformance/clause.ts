/** How strongly a clause asks; `documented` is what Knative's documentation and its brokers do without a clause of a specification. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'RECOMMENDED' | 'MAY' | 'documented';

/** One thing that a specification asks of a broker, as receiver, sender or intermediary of events. */
export interface Clause {
  /** Never changes, never used again. */
  id: string;
  level: Level;
  section: string;
  /** What is asked, in our words. */
  text: string;
  /** Why a broker need not do it, with the clause that says so. */
  notApplicable?: string;
}

/** The clauses of one document. */
export interface Document {
  title: string;
  url: string;
  clauses: readonly Clause[];
}

type Row = readonly [id: string, level: Level, section: string, text: string, notApplicable?: string];

/** A document from rows, which are easier to read than objects. */
export function document(title: string, url: string, rows: readonly Row[]): Document {
  const clauses = rows.map(([id, level, section, text, notApplicable]) => ({
    id,
    level,
    section,
    text,
    ...(notApplicable ? { notApplicable } : {}),
  }));
  return { title, url, clauses };
}
