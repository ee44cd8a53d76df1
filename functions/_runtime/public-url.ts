import { isIPv6 } from 'node:net';

/**
 * The origin of the site as its readers see it (`https://blog.example`), from the setting PUBLIC_URL.
 * @throws Error that says in one line what is wrong
 */
export function parsePublicUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new Error('not an address such as https://blog.example');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Error('must have no user and no password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Error(`must have no path: the site is at the root of its host, ${url.origin}`);
  if (!/^[a-z0-9._-]+$/.test(url.hostname) && !isIPv6(url.hostname.slice(1, -1)))
    throw new Error(`${url.hostname} is not the name of a host`);
  return url.origin;
}
