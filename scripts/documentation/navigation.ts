import type { Language } from './language.ts';

export interface Section {
  readonly title: Readonly<Record<Language, string>>;
  /** Pages as they are called within docs/; one that ends in / is all that a folder has besides. */
  readonly pages: readonly string[];
}

/** In which order the site is read. Pages that stand nowhere are added to the end, so that none is lost. */
const SECTIONS: readonly Section[] = [
  {
    title: { en: 'Begin', zh: '入门' },
    pages: ['README.md', 'start.md', 'how-it-works.md', 'guarantees.md'],
  },
  {
    title: { en: 'Workers', zh: '工作进程' },
    pages: ['recipes/celery.md', 'recipes/bullmq.md', 'recipes/plain-script.md'],
  },
  {
    title: { en: 'Web applications', zh: 'Web 应用' },
    pages: [
      'embedding.md',
      'recipes/fastify.md',
      'recipes/express.md',
      'recipes/nest.md',
      'recipes/hono.md',
      'recipes/fastapi.md',
      'recipes/',
      'dashboard.md',
    ],
  },
  {
    title: { en: 'Operate', zh: '运维' },
    pages: [
      'operations.md',
      'migrating.md',
      'security.md',
      'tracing.md',
      'troubleshooting.md',
      'performance.md',
      'scaling.md',
      'versioning.md',
      'operations/',
    ],
  },
  { title: { en: 'Runbooks', zh: '告警处理手册' }, pages: ['runbooks/README.md', 'runbooks/'] },
  {
    title: { en: 'Reference', zh: '参考' },
    pages: ['settings.md', 'api.md', 'events.md', 'command-line.md'],
  },
  { title: { en: 'Inside', zh: '内部' }, pages: ['architecture.md', 'decisions/', 'releasing.md'] },
];
const REST = { en: 'More', zh: '更多' };

/** The sections with the pages that there are. */
export function navigationOf(pages: readonly string[]): readonly Section[] {
  const named = new Set(SECTIONS.flatMap((section) => section.pages));
  const sections = SECTIONS.map(({ title, pages: wanted }) => ({
    title,
    pages: wanted.flatMap((name) =>
      name.endsWith('/')
        ? pages.filter((page) => page.startsWith(name) && !named.has(page)).sort()
        : pages.filter((page) => page === name),
    ),
  }));
  const placed = new Set(sections.flatMap((section) => section.pages));
  const rest = pages.filter((page) => !placed.has(page)).sort();
  return [...sections, { title: REST, pages: rest }].filter((section) => section.pages.length > 0);
}
