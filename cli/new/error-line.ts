/** The one line of a program's output that says why it failed. */
export function errorLine(output: string): string | undefined {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^\w*Error\b.*: /.test(line)) ?? lines[0])?.trim();
}
