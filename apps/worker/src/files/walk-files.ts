import type { Dir, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface WalkLimits {
  /** Files and folders looked at, over all folders of one task. */
  readonly entriesMax: number;
  /** When the walk ends, on the clock handed in; ms. */
  readonly deadlineMs: number;
}

/** What was passed over, and why. */
export interface SkippedCounts {
  unreadable: number;
  symbolic_links: number;
  other_file_systems: number;
  special_files: number;
  too_deep: number;
  hard_links: number;
}

export interface FoundFile {
  readonly path: string;
  /** Folder names between the root of the walk and the file. */
  readonly parents: readonly string[];
  readonly name: string;
  readonly bytes: number;
  /** What it takes on the disk. */
  readonly diskBytes: number;
  readonly modifiedMs: number;
  readonly accessedMs: number;
}

export interface WalkOptions {
  readonly limits: WalkLimits;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Share of this folder's own entries that is done, 0 to 1. */
  readonly report: (progress: number) => void;
}

/** A deeper tree is a loop or an attack; each level costs one open descriptor. */
const DEPTH_MAX = 100;
/** Inodes with several names that are remembered, so that each is counted once. */
const HARD_LINKS_MAX = 100_000;
/** Entries of one folder whose details are asked for at once: the system answers several at a time. */
const BATCH_ENTRIES = 32;

export interface FileWalk {
  readonly skipped: Readonly<SkippedCounts>;
  /** Folders that hold nothing at all. */
  readonly emptyFolders: number;
  /** Why it ended early, if it did. */
  readonly stoppedBy: 'entries_max' | 'duration_ms_max' | null;
  /**
   * Shows all regular files below `root`, which must be a folder, to `visit`. Follows no symbolic link (not even as the
   * root), stays on the file system of the root, and counts what it may not read or what is gone meanwhile. Memory: one
   * open folder a level, nothing a file.
   * @throws the error of lstat or opendir for the root itself; the signal's reason when aborted
   */
  files(root: string, visit: (file: FoundFile) => void): Promise<void>;
}

export function createFileWalk({ limits, signal, now, report }: WalkOptions): FileWalk {
  const skipped: SkippedCounts = {
    unreadable: 0,
    symbolic_links: 0,
    other_file_systems: 0,
    special_files: 0,
    too_deep: 0,
    hard_links: 0,
  };
  const seenInodes = new Set<string>();
  let entries = 0;
  let emptyFolders = 0;
  let stoppedBy: FileWalk['stoppedBy'] = null;

  const mayGoOn = (): boolean => {
    signal.throwIfAborted();
    if (entries >= limits.entriesMax) stoppedBy ??= 'entries_max';
    else if (now() >= limits.deadlineMs) stoppedBy ??= 'duration_ms_max';
    entries++;
    return stoppedBy === null;
  };

  const isSecondName = (stats: Stats): boolean => {
    if (stats.nlink < 2) return false;
    const inode = `${stats.dev}:${stats.ino}`;
    if (seenInodes.has(inode)) return true;
    if (seenInodes.size < HARD_LINKS_MAX) seenInodes.add(inode);
    return false;
  };

  const walk = async (dir: Dir, folder: Folder): Promise<void> => {
    const isRoot = folder.parents.length === 0;
    const total = isRoot ? await countEntries(folder.path, limits.entriesMax) : 0;
    let done = 0;
    try {
      for (let names = await readNames(dir); names.length > 0; names = await readNames(dir)) {
        const details = await Promise.all(
          names.map((name) => lstat(join(folder.path, name)).catch(() => undefined)),
        );
        for (const [index, stats] of details.entries()) {
          if (!mayGoOn()) return;
          if (isRoot) report(Math.min(1, done / Math.max(1, total)));
          done++;
          await look(names[index] ?? '', stats, folder);
        }
      }
      if (done === 0 && !isRoot) emptyFolders++;
    } finally {
      await dir.close();
    }
  };

  /** A folder that goes away or fails while it is read ends there. */
  const readNames = async (dir: Dir): Promise<readonly string[]> => {
    const names: string[] = [];
    try {
      while (names.length < BATCH_ENTRIES) {
        const entry = await dir.read();
        if (entry === null) break;
        names.push(entry.name);
      }
    } catch {
      skipped.unreadable++;
    }
    return names;
  };

  const look = async (name: string, stats: Stats | undefined, folder: Folder): Promise<void> => {
    const path = join(folder.path, name);
    if (stats === undefined) skipped.unreadable++;
    else if (stats.isSymbolicLink()) skipped.symbolic_links++;
    else if (stats.isDirectory()) await descend(path, name, stats, folder);
    else if (!stats.isFile()) skipped.special_files++;
    else if (isSecondName(stats)) skipped.hard_links++;
    else folder.visit(describe(path, name, folder.parents, stats));
  };

  const descend = async (path: string, name: string, stats: Stats, folder: Folder): Promise<void> => {
    if (stats.dev !== folder.device) skipped.other_file_systems++;
    else if (folder.parents.length >= DEPTH_MAX) skipped.too_deep++;
    else {
      const dir = await opendir(path).catch(() => undefined);
      if (dir === undefined) skipped.unreadable++;
      else await walk(dir, { ...folder, path, parents: [...folder.parents, name] });
    }
  };

  return {
    skipped,
    get emptyFolders() {
      return emptyFolders;
    },
    get stoppedBy() {
      return stoppedBy;
    },
    async files(root, visit) {
      const stats = await lstat(root);
      if (!stats.isDirectory()) {
        throw Object.assign(new Error(`${root} is not a folder`), { code: 'ENOTDIR' });
      }
      await walk(await opendir(root), { path: root, parents: [], device: stats.dev, visit });
    },
  };
}

interface Folder {
  readonly path: string;
  readonly parents: readonly string[];
  readonly device: number;
  readonly visit: (file: FoundFile) => void;
}

const describe = (path: string, name: string, parents: readonly string[], stats: Stats): FoundFile => ({
  path,
  parents,
  name,
  bytes: stats.size,
  // In units of 512 bytes, whatever the block size of the file system (POSIX, sys/stat.h).
  diskBytes: stats.blocks * 512,
  modifiedMs: stats.mtimeMs,
  accessedMs: stats.atimeMs,
});

/** Only for the progress; a number that is wrong by some because the folder changes is good enough. */
async function countEntries(path: string, max: number): Promise<number> {
  let count = 0;
  for await (const _ of await opendir(path)) {
    if (++count >= max) break;
  }
  return count;
}
