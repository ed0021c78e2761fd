import { PROBLEM_KINDS } from '../packages/server/src/problem/problem.ts';

interface DescribedOperation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly responses: object;
}

type Paths = Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;

/** docs/api.md with its tables as the routes have them: each stands between `<!-- name: … -->` and `<!-- end -->`. */
export function withTables(page: string, document: { readonly paths: Paths }): string {
  const tables = { problems: problemsTable(), operations: operationsTable(document.paths) };
  return Object.entries(tables).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: .*? -->\n).*?(<!-- end -->)`, 's'),
        (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`,
      ),
    page,
  );
}

function problemsTable(): string {
  const rows = Object.entries(PROBLEM_KINDS).map(
    ([code, { status, title, advice }]) => `| \`${code}\` | ${status} | ${title} | ${advice} |`,
  );
  return ['| code | status | what it is | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

function operationsTable(paths: Paths): string {
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]) =>
        `| \`${method.toUpperCase()} ${path}\` | ${operation.summary} | ${whoMay(operation)} |`,
    ),
  );
  return ['| | | for |', '|---|---|---|', ...rows].join('\n');
}

function whoMay({ security, responses }: DescribedOperation): string {
  if (security.some((scheme) => Object.keys(scheme).length === 0)) return 'everybody';
  return '403' in responses ? 'operators' : 'viewers';
}
