// Prints which tests were tried twice, which were skipped and why and, last, "N passed, N failed[, N skipped]".
// Exits 1 unless all that can run here ran and passed.
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
const broken = suites.filter(
  (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
).length;
const told = tests.filter((test) => test.status === 'failed').length + broken;
const failed = told + (status !== '0' && told === 0 ? 1 : 0);
// Debian and npm offer none of these, so continuous integration does without. Nothing else may be skipped.
const unavailable = [
  'a cluster (KUBECONFIG, INGRESS)',
  'a folder (IMPORT_DATA)',
  'a promtool that knows Kubernetes',
  'kn',
  'loki',
  'otelcol-contrib',
  'prometheus 3',
  'tempo',
];
const missing = ({ meta }) => meta.missing ?? [];
const isExpected = (test) => missing(test).length > 0 && missing(test).every((each) => unavailable.includes(each));
const unexpected = skipped.filter((test) => !isExpected(test));
for (const test of unexpected)
  console.log(`skipped: ${test.fullName} – needs ${missing(test).join(', ') || '(no reason given)'}`);
const reasonOf = (test) => `in ${relative(process.cwd(), test.file)} – needs ${missing(test).join(', ')}`;
const reasons = skipped.filter(isExpected).map(reasonOf);
for (const reason of new Set(reasons))
  console.log(`skipped: ${reasons.filter((each) => each === reason).length} tests ${reason}`);
// A test that passed the second time keeps what it said the first time.
const retried = tests.filter((test) => test.status === 'passed' && test.failureMessages.length > 0);
for (const test of retried)
  console.log(
    `retried: ${relative(process.cwd(), test.file)}: ${test.fullName} – ${test.failureMessages[0].split('\n')[0]}`,
  );
const passed = tests.filter((test) => test.status === 'passed').length;
console.log(
  `${passed} passed, ${failed + unexpected.length} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`,
);
process.exit(failed + unexpected.length > 0 || passed === 0 ? 1 : 0);

function keyOf(test) {
  return `${test.file} ${test.fullName}`;
}
