// Prints the test files that have to run here too, one a line. Given: the report of a run on a machine without programs.
import { readFileSync } from 'node:fs';
import { importsOf } from '../tests/levels.ts';
import { filesToRunAgain } from '../tests/reports/files-to-run-again.ts';

const project = process.cwd();
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const file of filesToRunAgain(report, project, importsOf(project))) console.log(file);
