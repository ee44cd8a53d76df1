import { cpus } from 'node:os';
import { drill } from './drill.ts';
import { type DrillOptions, isProven } from './options.ts';

// `dormouse backup drill` starts this program with its options as JSON.
const { json, ...options } = JSON.parse(process.argv[2] ?? '{}') as DrillOptions & { json: boolean };
const report = await drill(options, (line) => console.error(`· ${line}`));
const { acknowledged, missing, changed, lost, differences, unarchived, countsAreRight, tables, rows, files } = report;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
if (json) console.log(JSON.stringify({ ...report, proven: isProven(report) }, null, 2));
else
  console.log(
    [
      `acknowledged before the backup  ${acknowledged.before}; missing ${missing}, changed ${changed}`,
      `acknowledged after it           ${acknowledged.after}; lost with the home ${lost}`,
      `restored                        ${tables} tables, ${rows} rows, ${files} files; ${differences.length} differ from the backup`,
      ...differences.map((line) => `  ${line}`),
      `posts without event in journal  ${unarchived}`,
      `dormouse verify                 ${countsAreRight ? 'every count is right' : 'counts are wrong'}`,
      `backup ${seconds(report.backupMs)} · RPO ${seconds(report.rpoMs)} · RTO ${seconds(report.rtoMs)}, of which the restore ${seconds(report.restoreMs)} (${cpus().length} processors)`,
      isProven(report) ? 'the backup is proven' : 'the backup is not proven',
    ].join('\n'),
  );
if (!isProven(report)) process.exitCode = 1;
