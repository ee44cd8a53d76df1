// Prints which tests were skipped and, last, "N passed, N failed[, N skipped]"; exits 1 unless all ran and passed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [file, status] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));
const tests = report.testResults.flatMap((suite) => suite.assertionResults.map((test) => ({ ...test, file: suite.name })));
const skipped = tests.filter((test) => test.status === 'pending' || test.status === 'skipped' || test.status === 'todo' || test.status === 'disabled');
// A suite that failed outside its tests (an import, a hook) counts as one failure.
const broken = report.testResults.filter((suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')).length;
const failed = report.numFailedTests + broken + (status !== '0' && report.numFailedTests + broken === 0 ? 1 : 0);
// Continuous integration can install every means a test needs, but for a cluster: nothing else may be skipped.
const unexpected = skipped.filter((test) => !test.fullName.startsWith('[cluster]'));
for (const test of unexpected) console.log(`skipped: ${test.fullName}`);
const ofCluster = skipped.filter((test) => !unexpected.includes(test));
for (const [file, tests] of Map.groupBy(ofCluster, (test) => test.file))
  console.log(`skipped: ${tests.length} of ${relative(process.cwd(), file)} on a cluster, which KUBECONFIG and INGRESS must name`);
console.log(`${report.numPassedTests} passed, ${failed + unexpected.length} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`);
process.exit(failed + unexpected.length > 0 || report.numPassedTests === 0 ? 1 : 0);
