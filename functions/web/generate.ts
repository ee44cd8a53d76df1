// Bundles, minifies and compresses what pages are drawn with, so that it is served without a build step: `npm run generate`.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, zstdCompressSync } from 'node:zlib';
import { generateOrCheck } from '@dormouse/events/generate';
import { build, transform } from 'esbuild';
import { type FontFace, fontFaces, fontSheet, preloaded, type UnicodeRanges } from './font-sheet.ts';
import { stylesheet } from './stylesheet.ts';

const folder = join(import.meta.dirname, 'assets');

const { outputFiles } = await build({
  entryPoints: ['main', 'passkey'].map((name) => join(import.meta.dirname, `client/${name}.ts`)),
  outdir: folder,
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
});
const [script = '', passkeyScript = ''] = outputFiles.map(({ text }) => text);

const named = (name: string, bytes: string | Uint8Array, ending: string) =>
  `/assets/${name}-${hash('sha256', bytes, 'hex').slice(0, 12)}.${ending}`;

const { code: css } = await transform(stylesheet, { loader: 'css', minify: true, charset: 'utf8' });

const { resolve } = createRequire(import.meta.url);
const fontFile = (face: FontFace, name: string) =>
  readFileSync(join(dirname(resolve(`@fontsource-variable/${face.package}/package.json`)), name));
const fonts = fontFaces.map((face) => {
  const bytes = fontFile(face, `files/${face.package}-${face.script}-wght-${face.style}.woff2`);
  return { ...face, bytes, path: named(`font-${face.name}`, bytes, 'woff2') };
});
const fontPath = ({ name }: FontFace) => fonts.find((font) => font.name === name)?.path ?? '';
const { code: fontCss } = await transform(
  fontSheet(fontPath, (face) => JSON.parse(fontFile(face, 'unicode.json').toString()) as UnicodeRanges),
  { loader: 'css', minify: true, charset: 'utf8' },
);

const base64 = (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes).toString('base64'));
const text = (what: string, source: string) => {
  const bytes = Buffer.from(source);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return `/** ${what}, compressed and then written as base64; made by \`npm run generate\`. */
export const br = ${base64(brotliCompressSync(bytes, { params }))};
export const zstd = ${base64(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }))};
`;
};

const wanted = new Map([
  [
    'addresses.ts',
    `/** Addresses of what pages are drawn with, made by \`npm run generate\`. They change with what they lead to, so that it can be kept for ever. */
export const stylesheetPath = ${JSON.stringify(named('style', css, 'css'))};
export const editorScriptPath = ${JSON.stringify(named('editor', script, 'js'))};
export const passkeyScriptPath = ${JSON.stringify(named('passkey', passkeyScript, 'js'))};
export const fontSheetPath = ${JSON.stringify(named('fonts', fontCss, 'css'))};
/** Of fonts that every page in Latin letters needs. */
export const preloadedFontPaths = ${JSON.stringify(preloaded.map(fontPath))};
`,
  ],
  ['style.ts', text('The style sheet, minified', css)],
  ['editor.ts', text("The editor's script, made of the folder client", script)],
  ['passkey.ts', text('The script of passkeys, made of client/passkey.ts', passkeyScript)],
  [
    'fonts.ts',
    `${text('The style sheet of the fonts, minified', fontCss)}
/** Fonts by their addresses. */
export const files: Readonly<Record<string, () => Promise<{ readonly woff2: string }>>> = {
${fonts.map(({ name, path }) => `  ${JSON.stringify(path)}: () => import('./font-${name}.ts'),\n`).join('')}};
`,
  ],
  ...fonts.map(({ name, package: source, bytes }): [string, string] => [
    `font-${name}.ts`,
    `/** A file of @fontsource-variable/${source} as it is there, in base64; SIL Open Font License 1.1, see fonts-license.txt. */
export const woff2 = ${base64(bytes)};
`,
  ]),
  ['fonts-license.txt', fontFile(fontFaces[0] as FontFace, 'LICENSE').toString()],
]);
generateOrCheck('functions/web/assets', folder, wanted);
