import { writeFileSync } from 'node:fs';
import { grafanaDashboard } from './monitoring/grafana-dashboard.ts';

const file = new URL('../deploy/monitoring/grafana/taskwire.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(grafanaDashboard(), null, 2)}\n`);
