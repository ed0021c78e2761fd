/** Where an OpenAPI document has schemas. */
export interface DocumentParts {
  readonly paths: object;
  readonly components?: object | undefined;
}

/**
 * Moves every schema with a title that is a name (`Task`, `DeadLetter`) to `components.schemas` of an OpenAPI document
 * and refers to it, so that the document says each thing once and generated clients have types with names.
 * @throws Error where two different schemas have the same name
 */
export function nameSchemas(document: DocumentParts): DocumentParts {
  const schemas: Record<string, unknown> = {};

  const isNamed = (value: object): value is { readonly title: string } =>
    'title' in value && typeof value.title === 'string' && /^[A-Z]\w*$/.test(value.title) && isSchema(value);

  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, DATA_KEYS.has(key) ? member : named(member)]),
    );
    if (!isNamed(value)) return copy;
    const { title } = value;
    // Examples stand where bodies are described; a schema that is part of another has them in some places only.
    const { examples, exampleNames, ...schema } = copy;
    schemas[title] ??= schema;
    if (JSON.stringify(schemas[title]) !== JSON.stringify(schema)) {
      throw new Error(`Two different schemas are called ${title}; give one of them another title`);
    }
    return { $ref: `#/components/schemas/${title}` };
  };

  const paths = mapMembers(document.paths, named);
  const components = mapMembers(document.components ?? {}, named);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { paths, components: { ...components, schemas: sorted } };
}

/** What lies under these is data that may look like a schema. */
const DATA_KEYS: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum']);

const isSchema = (value: object): boolean => 'type' in value || 'anyOf' in value || 'oneOf' in value;

export const mapMembers = (value: object, change: (member: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
