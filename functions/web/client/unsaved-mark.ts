import { copyDays } from './copies.ts';

/** Tells the server, where somebody logs out and nowhere else, whether this browser keeps text that is not saved. */
export function markUnsaved(isAny: boolean): void {
  const isSecure = location.protocol === 'https:';
  const name = `${isSecure ? '__Secure-' : ''}dormouse_unsaved`;
  const maxAge = isAny ? copyDays * 86_400 : 0;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser, and its cookies have no path of their own there
  document.cookie = `${name}=1; path=/blog/logout; max-age=${maxAge}; samesite=strict${isSecure ? '; secure' : ''}`;
}
