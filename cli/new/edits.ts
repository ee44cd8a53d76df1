import type { NewEvent } from './new-function.ts';

/** The base's list of resources with one more: before what is generated from events. */
export const kustomizationWith = (text: string, name: string): string =>
  before(text, '  - ../../events/generated\n', `  - ${name}.yaml\n`);

/**
 * The VirtualService with two more entries. The first that matches decides: they come before auth's `/api/` and web's everything, and
 * after the entries whose YAML anchors they refer to.
 */
export const routesWith = (text: string, routes: string): string => before(text, '    - name: auth\n', routes);

/** The catalogue with one more contract. */
export function catalogueWith(text: string, { constant, aggregate }: NewEvent): string {
  const imported = before(text, "import type { EventContract } from './contract.ts';\n", importOf(constant, aggregate));
  return before(imported, '];\n', `  ${constant},\n`);
}

const importOf = (constant: string, module: string) => `import { ${constant} } from './${module}.ts';\n`;

function before(text: string, mark: string, added: string): string {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${JSON.stringify(mark)} is not there`);
  return text.slice(0, at) + added + text.slice(at);
}

interface Lock {
  packages: Record<string, unknown>;
}

/** package-lock.json with one more workspace, as `npm install` would write it. */
export function lockWith(text: string, { name, version, dependencies }: PackageJson): string {
  const lock = JSON.parse(text) as Lock;
  const folder = `functions/${name.slice(name.indexOf('/') + 1)}`;
  const added: [string, unknown][] = [
    [folder, { name, version, dependencies }],
    [`node_modules/${name}`, { resolved: folder, link: true }],
  ];
  lock.packages = Object.fromEntries(
    added.reduce(
      (entries, [key, value]) => {
        const at = entries.findIndex(([other]) => other !== '' && other.localeCompare(key, 'en') > 0);
        return [...entries.slice(0, at), [key, value], ...entries.slice(at)] as [string, unknown][];
      },
      Object.entries(lock.packages) as [string, unknown][],
    ),
  );
  return `${JSON.stringify(lock, null, 2)}\n`;
}

interface PackageJson {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}
