import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** The last line of a program that cannot go on. */
function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}

if (major < 24 || (major === 24 && minor < 7))
  fail(
    `Node ${process.versions.node} is too old: 24.7 or newer is needed. "npm start" takes the one that comes with the packages (npm ci).`,
  );
const { help, readSettings } = await import('./command-line.ts');

try {
  const settings = readSettings(process.argv.slice(2), process.env, root);
  if (settings.help) console.log(help);
  else {
    enableCompileCache(resolve(settings.home, 'build/platform-cache'));
    const { run } = await import('./run.ts');
    await run(settings, root);
  }
} catch (error) {
  fail((error as Error).message);
}
