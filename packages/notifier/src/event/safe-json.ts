import { DATA_DEPTH_MAX, messageOf } from '@taskwire/protocol';

/** NUL and lone surrogates, as JSON.stringify writes them: what PostgreSQL's jsonb cannot hold. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|d[89a-f])/;

/** Values beyond this are left out: serialising must end, also for an object that makes members as it is read. */
const NODES_MAX = 200_000;

/**
 * The JSON text of whatever a task put into its data. Never throws, and what comes out is what every listener takes:
 * NaN, Infinity become null; NUL and lone surrogates U+FFFD; integers of type BigInt numbers, or text beyond 2^53;
 * functions and symbols are left out as JSON does; circles, throwing getters and what is nested too deep become a
 * text that says so.
 */
export function safeJson(value: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A circle, a BigInt, a throwing getter: found again and replaced one by one below.
  }
  if (text?.startsWith('{') && !UNSTORABLE_ESCAPE.test(text) && !mayBeTooDeep(text)) return text;
  try {
    return JSON.stringify(plainOf(value));
  } catch (error) {
    return JSON.stringify({ unserialisable: storableText(messageOf(error)) });
  }
}

/** The text with NUL and lone surrogates replaced by U+FFFD. */
const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd');

/** Brackets inside of texts count as well: the careful path decides. */
const mayBeTooDeep = (text: string): boolean =>
  // As many are closed again.
  text.length >= 2 * DATA_DEPTH_MAX && count('{', text) + count('[', text) >= DATA_DEPTH_MAX;

/** How often it is in the text; no further than to {@link DATA_DEPTH_MAX}. */
function count(character: string, text: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    if (++found >= DATA_DEPTH_MAX) break;
  }
  return found;
}

function plainOf(root: object): unknown {
  const above = new Set<object>();
  let nodes = 0;

  const visit = (value: unknown, depth: number): unknown => {
    switch (typeof value) {
      case 'string':
        return storableText(value);
      case 'number':
        return Number.isFinite(value) ? value : null;
      case 'bigint':
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : visitObject(value, depth);
      default:
        return undefined;
    }
  };
  const visitObject = (value: object, depth: number): unknown => {
    if (above.has(value)) return '[circular]';
    if (depth > DATA_DEPTH_MAX) return '[nested too deep]';
    if (++nodes > NODES_MAX) return '[too many values]';
    above.add(value);
    try {
      const toJson: unknown = (value as { readonly toJSON?: unknown }).toJSON;
      if (typeof toJson === 'function') {
        const replaced: unknown = toJson.call(value);
        return typeof replaced === 'object' && replaced !== null
          ? visitObject(replaced, depth)
          : visit(replaced, depth);
      }
      return Array.isArray(value) ? visitArray(value, depth) : visitMembers(value, depth);
    } catch (error) {
      return `[unreadable: ${storableText(messageOf(error))}]`;
    } finally {
      above.delete(value);
    }
  };
  const visitArray = (value: readonly unknown[], depth: number): unknown[] => {
    const items: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      if (nodes > NODES_MAX) break;
      items.push(visit(member(value, i), depth + 1) ?? null);
    }
    return items;
  };
  const visitMembers = (value: object, depth: number): object => {
    const members: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(value)) {
      if (nodes > NODES_MAX) break;
      const plain = visit(member(value, key), depth + 1);
      if (plain !== undefined) members[storableText(key)] = plain;
    }
    return members;
  };
  const plain = visit(root, 1);
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
    ? plain
    : { value: plain ?? null };
}

/** One unreadable member does not hide the others. */
function member(value: object, key: string | number): unknown {
  try {
    return (value as Readonly<Record<string | number, unknown>>)[key];
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`;
  }
}
