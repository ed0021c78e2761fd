import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CurrentTaskState } from '@taskwire/protocol';
import { type ChangeFilter, filterKey, passes } from './change-filter.ts';
import { changeJson, changeText, placeText } from './event-text.ts';
import type { Reader } from './reader.ts';

/** The readers that have all up to now and are told what happens. */
export interface Audience {
  readonly size: number;
  add(reader: Reader): void;
  remove(reader: Reader): void;
  /** @returns how long this process was busy with it, in ms; longer by the clock, since others get their turn */
  tell(states: readonly CurrentTaskState[], cursor: string): Promise<number>;
  /** The same words to everybody. @returns as {@link tell} */
  say(text: string, cursor: string): Promise<number>;
  /** Moves the place of those who have heard nothing for a while. */
  movePlaces(cursor: string): void;
  readers(): Iterable<Reader>;
}

/** Readers with the same filter: what they are told is written once. */
interface Group {
  readonly filter: ChangeFilter;
  readonly readers: Set<Reader>;
}

/** So many connections are written to in one turn of the event loop: about a millisecond. */
const READERS_PER_TURN = 100;

/** A reader who hears nothing has little to catch up with all the same. */
const PLACE_MOVES_AFTER_MS = 3_000;

export function createAudience(): Audience {
  const groups = new Map<string, Group>();
  /** Those of the readers of one task, which are many and are asked by a key. */
  const groupsOfTasks = new Map<string, Set<Group>>();
  const groupOf = new Map<Reader, Group>();

  function add(reader: Reader): void {
    const key = filterKey(reader.filter);
    const group = groups.get(key) ?? { filter: reader.filter, readers: new Set() };
    groups.set(key, group);
    group.readers.add(reader);
    groupOf.set(reader, group);
    const id = reader.filter.task_request_id;
    if (id !== undefined) groupsOfTasks.set(id, (groupsOfTasks.get(id) ?? new Set()).add(group));
  }

  function remove(reader: Reader): void {
    const group = groupOf.get(reader);
    if (group === undefined) return;
    groupOf.delete(reader);
    group.readers.delete(reader);
    if (group.readers.size > 0) return;
    groups.delete(filterKey(group.filter));
    const id = group.filter.task_request_id;
    const ofTask = id === undefined ? undefined : groupsOfTasks.get(id);
    ofTask?.delete(group);
    if (id !== undefined && ofTask?.size === 0) groupsOfTasks.delete(id);
  }

  async function tell(states: readonly CurrentTaskState[], cursor: string): Promise<number> {
    if (states.length === 0) return 0;
    const texts = states.map((state) => changeText(changeJson(state), cursor));
    const chunks: (readonly [Group, Buffer])[] = [];
    const write = (group: Group, indexes: readonly number[]): void => {
      if (indexes.length === 0) return;
      chunks.push([group, Buffer.from(indexes.map((index) => texts[index]).join(''))]);
    };
    const passing = ({ filter }: Group, indexes: Iterable<number>): readonly number[] =>
      [...indexes].filter((index) => {
        const state = states[index];
        return state !== undefined && passes(filter, state);
      });
    for (const group of groups.values()) {
      if (group.filter.task_request_id === undefined) write(group, passing(group, states.keys()));
    }
    for (const [index, state] of states.entries()) {
      for (const group of groupsOfTasks.get(state.task_request_id) ?? [])
        write(group, passing(group, [index]));
    }
    return send(chunks, cursor);
  }

  function say(text: string, cursor: string): Promise<number> {
    const chunk = Buffer.from(text);
    return send(
      [...groups.values()].map((group) => [group, chunk] as const),
      cursor,
    );
  }

  async function send(chunks: readonly (readonly [Group, Buffer])[], cursor: string): Promise<number> {
    let busyMs = 0;
    let begun = performance.now();
    let told = { cursor, at: begun };
    let untilTurn = READERS_PER_TURN;
    for (const [group, chunk] of chunks) {
      for (const reader of group.readers) {
        reader.send(chunk);
        reader.told = told;
        if (--untilTurn > 0) continue;
        busyMs += performance.now() - begun;
        await nextTurn();
        begun = performance.now();
        told = { cursor, at: begun };
        untilTurn = READERS_PER_TURN;
      }
    }
    return busyMs + performance.now() - begun;
  }

  function movePlaces(cursor: string): void {
    const now = performance.now();
    const chunk = Buffer.from(placeText(cursor));
    for (const reader of groupOf.keys()) {
      if (reader.told.cursor === cursor || now - reader.told.at < PLACE_MOVES_AFTER_MS) continue;
      reader.send(chunk);
      reader.told = { cursor, at: now };
    }
  }

  return {
    get size() {
      return groupOf.size;
    },
    add,
    remove,
    tell,
    say,
    movePlaces,
    readers: () => groupOf.keys(),
  };
}
