/** The number of a TCP port, 0 for any that is free; undefined for a text that is none. */
export function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : undefined;
}
