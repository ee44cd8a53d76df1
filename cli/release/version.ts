type Version = [major: number, minor: number, patch: number];

const read = (text: string): Version | undefined => {
  const found = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
};

/** What is wrong with `next` as the release after `current` (Semantic Versioning 2.0.0, no pre-releases). */
export function versionProblem(next: string, current: string): string | undefined {
  const [to, from] = [read(next), read(current)];
  if (!to) return `"${next}" is not a version like 1.2.3`;
  if (!from) return `package.json: "${current}" is not a version like 1.2.3`;
  const at = to.findIndex((number, index) => number !== from[index]);
  return at >= 0 && to[at]! > from[at]! ? undefined : `${next} does not come after ${current}`;
}

/** Where the version stands besides package.json and package-lock.json: file, and the text around it. */
const places: readonly { file: string; text: (version: string) => string }[] = [
  { file: 'Dockerfile', text: (version) => `ARG VERSION=${version}` },
  { file: 'functions/_runtime/config.ts', text: (version) => `env.VERSION || '${version}'` },
];

/** The files that name the version, with `next` in them. @throws Error when one does not name `current` */
export function versionEdits(
  readFile: (file: string) => string,
  current: string,
  next: string,
): { file: string; text: string }[] {
  return places.map(({ file, text }) => {
    const before = readFile(file);
    if (!before.includes(text(current))) throw new Error(`${file}: "${text(current)}" does not stand there`);
    return { file, text: before.replace(text(current), text(next)) };
  });
}
