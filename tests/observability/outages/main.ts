/**
 * Plants outages on local platforms of their own, beside Prometheus and Alertmanager where they are installed, and prints a table: what the
 * Overview showed beside what a client counted, who was told of what and when.
 * `node tests/observability/outages/main.ts [NAME …]`, some six minutes each, `quiet` a quarter of an hour; several may run at once.
 * Exit code 1 where figures are more than 1 % apart, the cause is told late, an alert misleads, or its end is told late.
 */
import { openLocalGround } from './open-local-ground.ts';
import { outages } from './outages.ts';
import { runOutages } from './run-outages.ts';

await runOutages(process.argv.slice(2), outages, openLocalGround);
