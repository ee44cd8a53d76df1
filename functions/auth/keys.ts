import { initKeys } from './key-folder.ts';

/**
 * The program `node functions/auth/keys.ts FOLDER`: makes a first signing key, unless FOLDER has one. The local platform
 * runs it for the Secret `auth-keys`. `dormouse keys` lists and rotates keys.
 * @returns the exit code
 */
export function keysProgram(args: readonly string[], print: (line: string) => void = console.log): number {
  const [folder] = args[0] === 'init' ? args.slice(1) : args;
  if (folder === undefined || folder.startsWith('-')) {
    print('keys: which folder? (node functions/auth/keys.ts FOLDER)');
    return 2;
  }
  try {
    const kid = initKeys(folder);
    print(kid ? `made ${kid}` : 'there are keys already: nothing to do');
    return 0;
  } catch (error) {
    print(`keys: ${(error as Error).message}`);
    return 1;
  }
}

if (import.meta.main) process.exitCode = keysProgram(process.argv.slice(2));
