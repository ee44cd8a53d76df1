/** The type of a picture by its first bytes (WHATWG MIME Sniffing, and SVG by its root element); undefined for anything else. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 8192));
  const latin = start.toString('latin1', 0, 32);
  if (latin.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (latin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(latin)) return 'image/gif';
  if (/^RIFF[\s\S]{4}WEBPVP/.test(latin)) return 'image/webp';
  if (/^[\s\S]{4}ftyp(avif|avis)/.test(latin)) return 'image/avif';
  return isSvg(start.toString('utf8')) ? 'image/svg+xml' : undefined;
}

/** What may stand before the root element: byte order mark, blanks, declaration, comments, document type. */
function isSvg(text: string): boolean {
  let rest = text.replace(/^\ufeff/, '').trimStart();
  for (const [begin, end] of [
    ['<?', '?>'],
    ['<!--', '-->'],
    ['<!DOCTYPE svg', '>'],
    ['<!--', '-->'],
  ] as const)
    while (rest.startsWith(begin)) {
      const stop = rest.indexOf(end);
      if (stop === -1) return false;
      rest = rest.slice(stop + end.length).trimStart();
    }
  return /^<svg[\s>]/.test(rest);
}
