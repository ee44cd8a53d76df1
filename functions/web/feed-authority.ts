/** Of a blog that has no name of its own in its settings. */
export const defaultAuthority = 'dormouse.dev,2026';

/**
 * FEED_AUTHORITY: a host name and a day, month or year on which it was the blog's (RFC 4151), `blog.example,2026`.
 * @throws Error that names the setting
 */
export function feedAuthority(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*,\d{4}(-\d\d){0,2}$/.test(text))
    throw new Error(`FEED_AUTHORITY: ${text} is not a host name and a year, such as blog.example,2026`);
  return text;
}
