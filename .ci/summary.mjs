// Prints which tests were skipped and, last, "N passed, N failed[, N skipped]"; exits 1 unless all ran and passed.
// Given: the exit code of the test runs, and their reports.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [status, ...files] = process.argv.slice(2);
const suites = files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).testResults);
const tests = suites.flatMap((suite) => suite.assertionResults.map((test) => ({ ...test, file: suite.name })));
const ran = new Set(tests.filter(({ status }) => status === 'passed' || status === 'failed').map(keyOf));
// What is skipped in one run may have its turn in another.
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed' && !ran.has(keyOf(test)));
// A suite that failed outside its tests (an import, a hook) counts as one failure.
const broken = suites.filter((suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')).length;
const told = tests.filter((test) => test.status === 'failed').length + broken;
const failed = told + (status !== '0' && told === 0 ? 1 : 0);
// Continuous integration can install every means a test needs, but for a cluster: nothing else may be skipped.
const unexpected = skipped.filter((test) => !test.fullName.startsWith('[cluster]'));
for (const test of unexpected) console.log(`skipped: ${test.fullName}`);
const ofCluster = skipped.filter((test) => !unexpected.includes(test));
for (const file of new Set(ofCluster.map((test) => test.file))) {
  const count = ofCluster.filter((test) => test.file === file).length;
  console.log(`skipped: ${count} of ${relative(process.cwd(), file)} on a cluster, which KUBECONFIG and INGRESS must name`);
}
const passed = tests.filter((test) => test.status === 'passed').length;
console.log(`${passed} passed, ${failed + unexpected.length} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`);
process.exit(failed + unexpected.length > 0 || passed === 0 ? 1 : 0);

function keyOf(test) {
  return `${test.file} ${test.fullName}`;
}
