// `npm run docs` builds the site into dist/docs, `npm run docs:dev` serves it while files change. What is given behind goes to VitePress.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignResources } from './foreign-resources.ts';

const here = import.meta.dirname;
const built = join(here, '../../dist/docs');
const [command = 'build', ...options] = process.argv.slice(2);

installPackages();
run(process.execPath, [join(here, 'node_modules/vitepress/bin/vitepress.js'), command, here, ...options]);
if (command === 'build') refuseForeignResources();

/** The site's packages come with the first build, and again when their lock file has changed. */
function installPackages(): void {
  const [lock, installed] = [join(here, 'package-lock.json'), join(here, 'node_modules/.installed-lock.json')];
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')) return;
  run('npm', ['ci', '--prefer-offline', '--prefix', here]);
  copyFileSync(lock, installed);
}

function run(program: string, words: readonly string[]): void {
  const { status, error } = spawnSync(program, words, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Who reads the documentation tells nobody else of it, and can do so without a network. */
function refuseForeignResources(): void {
  // The theme's icons of social networks, of which the site shows none.
  const found = foreignResources(built).filter((each) => !each.includes('https://api.iconify.design/simple-icons/${'));
  if (found.length === 0) return;
  console.error(`The site would fetch from elsewhere:\n${found.join('\n')}`);
  process.exit(1);
}
