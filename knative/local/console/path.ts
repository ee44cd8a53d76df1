/** Decodes a path segment; returns it unchanged when its percent encoding is malformed. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
