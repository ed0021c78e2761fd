import { tmpdir } from 'node:os';
import Type from 'typebox';
import { SURVEY_PARAMETERS, shownPath, surveyFolders } from '../../files/folder-survey.ts';
import { createLargest } from '../../files/largest.ts';
import type { FoundFile } from '../../files/walk-files.ts';
import { defineTask } from '../../task.ts';

const DAY_MS = 86_400_000;

/** From this many days up to the next; the last one is open. */
const AGE_BUCKET_DAYS = [0, 1, 7, 30, 90, 180, 365] as const;

const parameters = Type.Object(
  {
    ...SURVEY_PARAMETERS,
    older_than_days: Type.Number({ minimum: 0, maximum: 36_500, default: 30 }),
    bytes_min: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
    age_by: Type.Enum(['modified', 'accessed'], { default: 'modified' }),
    largest_count: Type.Integer({ minimum: 0, maximum: 100, default: 20 }),
  },
  { additionalProperties: false },
);

interface Tally {
  files: number;
  bytes: number;
  disk_bytes: number;
}

const emptyTally = (): Tally => ({ files: 0, bytes: 0, disk_bytes: 0 });

function add(tally: Tally, file: FoundFile): void {
  tally.files++;
  tally.bytes += file.bytes;
  tally.disk_bytes += file.diskBytes;
}

/** What could be cleaned below the given folders: how many files, how many bytes, how old. Only looks; deletes nothing. */
export const analyzeCleanupStatistics = defineTask({
  name: 'tasks.web.system.analyze_cleanup_statistics',
  parameters,
  durationMsMax: 660_000,
  async run({ parameters: given, report, signal, services: { now } }) {
    const nowMs = now();
    const total = emptyTally();
    const cleanable = emptyTally();
    const byFolder = new Map<string, { total: Tally; cleanable: Tally }>();
    const buckets = AGE_BUCKET_DAYS.map(emptyTally);
    const largest = createLargest<FoundFile>(given.largest_count, ({ diskBytes }) => diskBytes);
    const ageDays = (file: FoundFile): number =>
      Math.max(0, nowMs - (given.age_by === 'modified' ? file.modifiedMs : file.accessedMs)) / DAY_MS;

    const survey = await surveyFolders(
      {
        folders: given.folders ?? [tmpdir()],
        entriesMax: given.entries_max,
        durationMsMax: given.duration_ms_max,
        signal,
        now,
        report,
      },
      (file, folder) => {
        const own = byFolder.get(folder) ?? { total: emptyTally(), cleanable: emptyTally() };
        byFolder.set(folder, own);
        const age = ageDays(file);
        add(total, file);
        add(own.total, file);
        const bucket = buckets[AGE_BUCKET_DAYS.findLastIndex((from) => age >= from)];
        if (bucket !== undefined) add(bucket, file);
        if (age < given.older_than_days || file.bytes < given.bytes_min) return;
        add(cleanable, file);
        add(own.cleanable, file);
        largest.offer(file);
      },
    );

    const { folders, problems, ...rest } = survey;
    return {
      older_than_days: given.older_than_days,
      total,
      cleanable,
      folders: folders.map((folder) => ({
        folder,
        total: byFolder.get(folder)?.total ?? emptyTally(),
        cleanable: byFolder.get(folder)?.cleanable ?? emptyTally(),
        error: problems.find((problem) => problem.folder === folder)?.error ?? null,
      })),
      age_buckets: buckets.map((tally, index) => ({
        from_days: AGE_BUCKET_DAYS[index] ?? 0,
        to_days: AGE_BUCKET_DAYS[index + 1] ?? null,
        ...tally,
      })),
      largest: largest.list().map((file) => ({
        path: shownPath(file.path),
        bytes: file.bytes,
        disk_bytes: file.diskBytes,
        age_days: Math.floor(ageDays(file)),
      })),
      ...rest,
    };
  },
});
