/** Lines of a source; what is false or undefined is left out, and no two blank lines follow each other. */
export const lines = (...given: (string | false | undefined)[]): string =>
  `${given
    .filter((line) => line !== false && line !== undefined)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;

/** Import declarations: names from one module stand together; of types alone it is a type import. */
export function importsOf(names: readonly (readonly [module: string, names: string])[]): string {
  const modules = new Map<string, string[]>();
  for (const [module, list] of names) modules.set(module, [...(modules.get(module) ?? []), ...list.split(', ')]);
  return [...modules]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([module, list]) => {
      const unique = [...new Set(list)];
      const onlyTypes = unique.every((each) => each.startsWith('type '));
      const words = onlyTypes ? unique.map((each) => each.slice('type '.length)) : unique;
      return `import ${onlyTypes ? 'type ' : ''}{ ${words.join(', ')} } from '${module}';`;
    })
    .join('\n');
}
