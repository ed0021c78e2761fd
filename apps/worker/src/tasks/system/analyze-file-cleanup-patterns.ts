import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import Type from 'typebox';
import { createBoundedTally } from '../../files/bounded-tally.ts';
import { classifyFile, extensionOf, type FilePattern } from '../../files/file-pattern.ts';
import { SURVEY_PARAMETERS, shownPath, surveyFolders } from '../../files/folder-survey.ts';
import { createLargest, type Largest } from '../../files/largest.ts';
import type { FoundFile } from '../../files/walk-files.ts';
import { defineTask } from '../../task.ts';

const DAY_MS = 86_400_000;
/** Distinct extensions that are told apart; more than any healthy tree has. */
const EXTENSIONS_MAX = 4_096;
const EXAMPLES_A_PATTERN = 3;

const parameters = Type.Object(
  {
    ...SURVEY_PARAMETERS,
    extensions_count: Type.Integer({ minimum: 1, maximum: 200, default: 30 }),
  },
  { additionalProperties: false },
);

interface PatternSum {
  readonly pattern: FilePattern;
  files: number;
  bytes: number;
  diskBytes: number;
  oldestMs: number;
  newestMs: number;
  readonly examples: Largest<FoundFile>;
}

/** Which kinds of files the space below the given folders goes to. Only looks; deletes nothing. */
export const analyzeFileCleanupPatterns = defineTask({
  name: 'tasks.web.system.analyze_file_cleanup_patterns',
  parameters,
  durationMsMax: 660_000,
  async run({ parameters: given, report, signal, services: { now } }) {
    const nowMs = now();
    const total = { files: 0, bytes: 0, disk_bytes: 0 };
    const unmatched = { files: 0, bytes: 0, disk_bytes: 0 };
    const sums = new Map<string, PatternSum>();
    const extensions = createBoundedTally(EXTENSIONS_MAX);

    const { folders, problems, ...survey } = await surveyFolders(
      {
        folders: given.folders ?? [tmpdir()],
        entriesMax: given.entries_max,
        durationMsMax: given.duration_ms_max,
        signal,
        now,
        report,
      },
      (file, folder) => {
        total.files++;
        total.bytes += file.bytes;
        total.disk_bytes += file.diskBytes;
        extensions.add(extensionOf(file.name), file.bytes);
        // The surveyed folder can itself be a cache.
        const pattern = classifyFile([basename(folder), ...file.parents], file.name);
        if (pattern === undefined) {
          unmatched.files++;
          unmatched.bytes += file.bytes;
          unmatched.disk_bytes += file.diskBytes;
          return;
        }
        const sum = sums.get(pattern.id) ?? emptySum(pattern);
        sums.set(pattern.id, sum);
        sum.files++;
        sum.bytes += file.bytes;
        sum.diskBytes += file.diskBytes;
        sum.oldestMs = Math.min(sum.oldestMs, file.modifiedMs);
        sum.newestMs = Math.max(sum.newestMs, file.modifiedMs);
        sum.examples.offer(file);
      },
    );

    const days = (ms: number) => Math.max(0, Math.floor((nowMs - ms) / DAY_MS));
    return {
      folders: folders.map((folder) => ({
        folder,
        error: problems.find((problem) => problem.folder === folder)?.error ?? null,
      })),
      total,
      patterns: [...sums.values()]
        .sort((a, b) => b.diskBytes - a.diskBytes)
        .map((sum) => ({
          pattern: sum.pattern.id,
          description: sum.pattern.description,
          files: sum.files,
          bytes: sum.bytes,
          disk_bytes: sum.diskBytes,
          share: total.disk_bytes === 0 ? 0 : sum.diskBytes / total.disk_bytes,
          oldest_days: days(sum.oldestMs),
          newest_days: days(sum.newestMs),
          largest: sum.examples.list().map(({ path, bytes }) => ({ path: shownPath(path), bytes })),
        })),
      unmatched,
      extensions: extensions
        .top(given.extensions_count)
        .map(({ key, files, bytes }) => ({ extension: key === '' ? '(none)' : key, files, bytes })),
      ...survey,
    };
  },
});

const emptySum = (pattern: FilePattern): PatternSum => ({
  pattern,
  files: 0,
  bytes: 0,
  diskBytes: 0,
  oldestMs: Number.POSITIVE_INFINITY,
  newestMs: Number.NEGATIVE_INFINITY,
  examples: createLargest(EXAMPLES_A_PATTERN, ({ diskBytes }) => diskBytes),
});
