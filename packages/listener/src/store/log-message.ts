import type { TaskEvent, TaskStatus } from '@taskwire/protocol';

export type Language = 'en' | 'zh';

const SENTENCES: Readonly<Record<Language, Readonly<Record<TaskStatus, string>>>> = {
  en: {
    PENDING: 'Task is waiting for a worker',
    RUNNING: 'Task started',
    RETRY: 'Task will be tried again',
    FAILURE: 'Task failed',
    CANCELLED: 'Task was cancelled',
    SUCCESS: 'Task succeeded',
  },
  zh: {
    PENDING: '任务等待执行',
    RUNNING: '任务开始执行',
    RETRY: '任务将重试',
    FAILURE: '任务执行失败',
    CANCELLED: '任务已取消',
    SUCCESS: '任务执行成功',
  },
};

const PROGRESS: Readonly<Record<Language, string>> = { en: 'Task progress', zh: '任务进度' };
const SEPARATOR: Readonly<Record<Language, string>> = { en: ': ', zh: '：' };

/** What messages are made of: a sentence for each status, or progress, and what may follow behind the separator. */
export const sentencesOf = (language: Language) => ({
  sentences: SENTENCES[language],
  progress: PROGRESS[language],
  separator: SEPARATOR[language],
});

/** A message is read in a list; the whole error is in `data`. */
const ERROR_LENGTH_MAX = 500;

/** The sentence of the history for an event. */
export function logMessage(event: TaskEvent, language: Language): string {
  const { sentences, progress, separator } = sentencesOf(language);
  if (event.status === 'RUNNING' && event.progress !== null) {
    return `${progress}${separator}${Math.round(event.progress * 100)}%`;
  }
  const sentence = sentences[event.status];
  if (event.status !== 'FAILURE' && event.status !== 'RETRY') return sentence;
  // What is no text may hold what not everybody is to see; it is hidden in `data`, and a sentence cannot be looked through.
  const { error } = JSON.parse(event.data.json) as { readonly error?: unknown };
  return typeof error === 'string' && error !== '' ? `${sentence}${separator}${cut(error)}` : sentence;
}

/** Cuts between code points, so that no half of a surrogate pair reaches the database. */
function cut(text: string): string {
  if (text.length <= ERROR_LENGTH_MAX) return text;
  return `${text
    .slice(0, ERROR_LENGTH_MAX)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}
