/** Says yes to the first `max` of each second: for log lines that a client could cause by the thousand. */
export function fewASecond(max: number): (ms: number) => boolean {
  let second = 0;
  let count = 0;
  return (ms) => {
    const now = Math.floor(ms / 1000);
    if (now !== second) count = 0;
    second = now;
    return ++count <= max;
  };
}
