const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * RFC 3339 of a time as people type it: a date with or without time (local unless it says), `now`, or how long ago (`30m`).
 * @throws Error with the reason, for the parser of options
 */
export function timestamp(text: string, now = Date.now()): string {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? [];
  if (amount) return new Date(now - Number(amount) * units[unit]!).toISOString();
  if (text.trim() === 'now') return new Date(now).toISOString();
  const readable = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$/.test(text.trim());
  const date = new Date(readable ? (text.trim().length === 10 ? `${text.trim()}T00:00` : text.trim()) : Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new Error('not a time; for instance 2026-01-31T14:00:00Z, "2026-01-31 14:00", or 12h for twelve hours ago');
  return date.toISOString();
}
