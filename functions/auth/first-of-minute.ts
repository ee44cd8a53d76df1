/** Keys that are remembered; beyond that all of them count as new. */
const maxKeys = 10_000;

/** Says once a minute of each key that it came: for log lines that somebody else could cause by the thousand. */
export function firstOfMinute(now: () => number): (key: string) => boolean {
  const seen = new Set<string>();
  let minute = 0;
  return (key) => {
    const current = Math.floor(now() / 60_000);
    if (current !== minute || seen.size >= maxKeys) seen.clear();
    minute = current;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
