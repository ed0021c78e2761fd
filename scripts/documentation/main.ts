// Writes the documentation as a site of static pages: `npm run docs`, then open build/docs/index.html.
import path from 'node:path';
import { generateSite } from './generate-site.ts';
import { ROOT } from './repository-files.ts';

const folder = path.join(ROOT, process.argv[2] ?? 'build/docs');
const pages = generateSite(folder);
console.log(`${pages} pages: open ${path.relative(process.cwd(), path.join(folder, 'index.html'))}`);
