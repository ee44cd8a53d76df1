// Prints which tests were tried twice, which were skipped and why, what failed and, last, "N passed, N failed[, N skipped]".
// Exits 1 unless all that can run here ran and passed.
// Given: a file that names each command that failed, and reports named after their runs.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { summarise } from '../tests/reports/summary.ts';

const [failed, ...files] = process.argv.slice(2);
// Debian and npm offer none of these, so continuous integration does without. Nothing else may be skipped.
const unavailable = [
  'a cluster (KUBECONFIG, INGRESS)',
  'a folder (IMPORT_DATA)',
  'a mail server of the cluster (MAIL_LISTEN)',
  'a mirror of providers (terraform/providers/build)',
  'a promtool that knows Kubernetes',
  'act',
  'actionlint',
  'an OpenSearch whose content may be deleted (OPENSEARCH_URL)',
  'an export of Ghost (GHOST_EXPORT)',
  'a WordPress whose posts may be deleted (WORDPRESS)',
  'a Ghost whose content may be deleted (GHOST_URL)',
  'php',
  'private mounts',
  'blogs with expected.json (IMPORT_EXPORTS)',
  'checkov',
  'cosign',
  'kn',
  'loki',
  'otelcol-contrib',
  'prometheus 3',
  'python3',
  'tempo',
  'terraform',
  'tflint',
  'the Go module github.com/argoproj/argo-cd/v3 v3.2.11',
  'the Go module github.com/external-secrets/external-secrets v0.16.2',
  'vale',
  'versitygw',
];
const runs = files.map((file) => ({ name: basename(file), report: JSON.parse(readFileSync(file, 'utf8')) }));
const failedCommands = existsSync(failed) ? readFileSync(failed, 'utf8').split('\n').filter(Boolean) : [];
const { lines, isGood } = summarise(runs, { project: process.cwd(), unavailable, failedCommands });
for (const line of lines) console.log(line);
process.exit(isGood ? 0 : 1);
