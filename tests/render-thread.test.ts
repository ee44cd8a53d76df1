import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createBuilder } from '@dormouse/serving/process/bundle';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('the bundled function finds the program of its thread, and ends when it has nothing else to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'render-thread-'));
  const source = join(folder, 'main.ts');
  writeFileSync(
    source,
    `import { renderArticle } from ${JSON.stringify(join(root, 'functions/web/articles.ts'))};
let article;
// Other work of the machine may leave too little time for highlighting.
for (let n = 0; n < 20 && !article?.complete; n++)
  article = await renderArticle('word '.repeat(5_000) + '\\n\\n\`\`\`js\\nconst a = 1;\\n\`\`\`');
process.stdout.write(JSON.stringify({ complete: article.complete, highlighted: article.html.includes('hljs-keyword') }));`,
  );
  try {
    const builder = createBuilder({ folder: join(folder, 'built'), root });
    const { entry } = await builder.build(source);
    await builder.rest();
    const { stdout } = await promisify(execFile)(process.execPath, [entry], { timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual({ complete: true, highlighted: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
