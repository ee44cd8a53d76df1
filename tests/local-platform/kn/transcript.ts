/** A command with what it prints. */
export interface Step {
  /** Line of the transcript. */
  line: number;
  command: string;
  /** Standard output and standard error; where it fails, `[CODE]` at the end. */
  expected: ExpectedLine[];
}

interface ExpectedLine {
  /** Undefined: nothing is printed here, but on a cluster. */
  text?: string;
  /** Name of the difference for which the line may be another one on a cluster, or none, or several. */
  differs?: string;
}

export interface Transcript {
  steps: Step[];
  /** Why lines differ on a cluster, by name. */
  differences: ReadonlyMap<string, string>;
}

/**
 * Reads a transcript: `$ COMMAND`, then what it prints. `?NAME |LINE` is printed by the local platform; a cluster may print something
 * else in its place, for the reason that `# ?NAME: REASON` gives; `?NAME` is where only a cluster does. Other lines that begin with `#` are
 * comments.
 * @throws Error with the line of what is wrong
 */
export function readTranscript(text: string): Transcript {
  const steps: Step[] = [];
  const differences = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, reason = ''] = /^# \?([a-z-]+): (.+)$/.exec(line) ?? [];
    if (name) differences.set(name, reason);
    if (line.startsWith('#')) continue;
    const step = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ line: index + 1, command: line.slice(2), expected: [] });
    else if (step) step.expected.push(expectedLine(line, index + 1, differences));
    else if (line !== '') throw new Error(`line ${index + 1}: no command has printed this`);
  }
  for (const { expected } of steps) while (expected.at(-1)?.text === '') expected.pop();
  return { steps, differences };
}

function expectedLine(line: string, at: number, differences: ReadonlyMap<string, string>): ExpectedLine {
  if (!line.startsWith('?')) return { text: line };
  const [, differs = '', text] = /^\?([a-z-]+)(?: \|(.*))?$/.exec(line) ?? [];
  if (!differences.has(differs)) throw new Error(`line ${at}: the difference has no reason`);
  return { differs, ...(text !== undefined && { text }) };
}

/** What stands for names that are others elsewhere. */
export type Names = Readonly<Record<'namespace' | 'image' | 'missing' | 'folder', string>>;

/** A command with these names. */
export const withNames = (command: string, names: Names): string =>
  command.replace(/\{(namespace|image|missing|folder)\}/g, (_, name: keyof Names) => names[name]);

/** Lines without what differs from run to run: names, ages, times, domains, ports, and how far columns are apart. */
export function normalised(output: string, { namespace, image, missing, folder }: Names): string[] {
  const lines = output
    .replaceAll(folder, '{folder}')
    .replaceAll(missing, '{missing}')
    .replaceAll(image, '{image}')
    .replace(/\b\d+\.\d{3}s\b/g, '{seconds}')
    .replace(/\b(\d+) OK \/ \1\b/g, '{all} OK')
    .replace(/(?<=[\s(])(\d+y)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?=[\s)]|$)/gm, (age) => (age ? '{age}' : ''))
    .replaceAll(`'${namespace}'`, "'{namespace}'")
    .replace(new RegExp(`\\.${namespace}\\.(?!svc\\.)[a-z0-9.-]+(:\\d+)?`, 'g'), '.{namespace}.{domain}')
    .replace(new RegExp(`(?<=[./ ])${namespace}(?=[./]|$)`, 'gm'), '{namespace}')
    .replace(/(?<=\/\/shop\.example\.com):\d+/g, '')
    .split('\n')
    .map((line) => line.replace(/(?<=\S) {2,}/g, '  ').trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Lines without those that print a header `Warning` of the API server. kn's own begin with its name. */
export const withoutServerWarnings = (lines: readonly string[]): string[] =>
  lines.filter((line) => !line.startsWith('Warning: ') || line.startsWith("Warning: 'kn "));

/**
 * What is expected with the lines that were printed where they may differ, to be compared with what was printed.
 * @param elsewhere on a cluster: only there may they
 */
export function reconciled(
  expected: readonly ExpectedLine[],
  printed: readonly string[],
  elsewhere: boolean,
): string[] {
  if (!elsewhere) return expected.flatMap(({ text }) => text ?? []);
  const lines: string[] = [];
  let at = 0;
  for (const [index, { text = '', differs }] of expected.entries()) {
    if (differs === undefined) {
      lines.push(text);
      at = lines.length;
      continue;
    }
    if (expected[index - 1]?.differs !== undefined) continue;
    const next = expected.slice(index).find((each) => each.differs === undefined)?.text;
    const end = next === undefined ? printed.length : printed.indexOf(next, at);
    lines.push(...printed.slice(at, end === -1 ? at : end));
    at = lines.length;
  }
  return lines;
}
