/** A time as clocks of a zone show it, as fields of forms have it: `2026-12-01T09:00`; empty for no time. */
export function localTime(time: string | null | undefined, timeZone: string): string {
  if (!time) return '';
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  return format.format(new Date(time)).replace(' ', 'T');
}

/** The time that such a field means; what it does not understand comes back as it is, to be refused by posts. */
export async function timeOf(local: string, timeZone: string): Promise<string> {
  const { Temporal } = await import('temporal-polyfill');
  try {
    const { epochMilliseconds } = Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone);
    return new Date(epochMilliseconds).toISOString();
  } catch {
    return local;
  }
}
