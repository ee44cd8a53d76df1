/** What a list of another function says of its next pages in its Link header (RFC 8288): a parameter of the target of a relation. */
export function cursorIn(
  headers: Headers,
  rel: 'next' | 'prev' | 'related' = 'next',
  parameter = 'after',
): string | undefined {
  const target = new RegExp(`<([^>]*)>\\s*;[^,<]*rel="?${rel}"?`).exec(headers.get('link') ?? '')?.[1];
  return (target && new URL(target, 'http://list').searchParams.get(parameter)) || undefined;
}

/** The cursor of the next page, where a list has one. */
export function nextIn(headers: Headers): { next?: string } {
  const next = cursorIn(headers);
  return next ? { next } : {};
}

/** The same of a list that is read by ids. */
export function nextIdIn(headers: Headers): { next?: number } {
  const next = cursorIn(headers);
  return next && /^\d+$/.test(next) ? { next: Number(next) } : {};
}
