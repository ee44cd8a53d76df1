// Bundles the editor's script, so that it is served without a build step: `npm run generate`.
import { join } from 'node:path';
import { generateOrCheck } from '@dormouse/events/generate';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'client/main.ts')],
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
});
const script = `/** The editor's script, made of the folder client by \`npm run generate\`. */
export const editorScript = ${JSON.stringify(outputFiles[0]?.text)};
`;
const name = 'functions/web/script';
generateOrCheck(name, join(import.meta.dirname, 'script'), new Map([['editor-script.ts', script]]));
