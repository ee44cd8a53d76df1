import { join } from 'node:path';
import { generateOrCheck } from '@dormouse/events/generate';
import { rules, ruleTests } from './documents.ts';
import { dashboardFiles } from './grafana/documents.ts';

const folders = { 'prometheus/rules': rules(), 'prometheus/tests': ruleTests(), 'grafana/generated': dashboardFiles() };

for (const [name, wanted] of Object.entries(folders))
  generateOrCheck(`observability/${name}`, join(import.meta.dirname, name), wanted);
