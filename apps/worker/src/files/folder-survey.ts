import { messageOf } from '@taskwire/protocol';
import Type from 'typebox';
import { createFileWalk, type FoundFile } from './walk-files.ts';

/** Parameters shared by the tasks that look at folders. */
export const SURVEY_PARAMETERS = {
  /** Absolute paths; the folder for temporary files where none is given. */
  folders: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1_024, pattern: '^/[^\\u0000]*$' }), {
      minItems: 1,
      maxItems: 50,
    }),
  ),
  entries_max: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 1_000_000 }),
  duration_ms_max: Type.Integer({ minimum: 100, maximum: 600_000, default: 120_000 }),
} as const;

export interface SurveyOptions {
  readonly folders: readonly string[];
  readonly entriesMax: number;
  readonly durationMsMax: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly report: (progress: number) => void;
}

/**
 * Shows every file of every folder to `visit`, within the limits, and tells what was passed over. A folder that cannot
 * be read is reported and does not end the survey; a folder given twice is looked at once.
 */
export async function surveyFolders(
  options: SurveyOptions,
  visit: (file: FoundFile, folder: string) => void,
) {
  const folders = [...new Set(options.folders.map((folder) => folder.replace(/(?<=.)\/+$/, '')))];
  const startedMs = options.now();
  const problems: { folder: string; error: string }[] = [];
  let position = 0;
  const walk = createFileWalk({
    limits: { entriesMax: options.entriesMax, deadlineMs: startedMs + options.durationMsMax },
    signal: options.signal,
    now: options.now,
    report: (progress) => options.report((position + progress) / folders.length),
  });
  for (const [index, folder] of folders.entries()) {
    position = index;
    options.signal.throwIfAborted();
    try {
      await walk.files(folder, (file) => visit(file, folder));
    } catch (error) {
      options.signal.throwIfAborted();
      problems.push({ folder, error: shownPath(messageOf(error)) });
    }
  }
  options.report(1);
  return {
    folders,
    problems,
    skipped: walk.skipped,
    empty_folders: walk.emptyFolders,
    complete: walk.stoppedBy === null && problems.length === 0,
    stopped_by: walk.stoppedBy,
    duration_ms: options.now() - startedMs,
  };
}

/** Paths can be 4,096 long, and results hold a hundred of them. */
export const shownPath = (path: string): string =>
  path.length > SHOWN_LENGTH_MAX ? `${path.slice(0, SHOWN_LENGTH_MAX)}…` : path;

const SHOWN_LENGTH_MAX = 1_024;
