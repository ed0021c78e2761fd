import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from 'react';
import type { JsonObject } from '../api/task.ts';

/** What the form begins with. */
export interface SubmitDraft {
  readonly task_name?: string | null;
  readonly params?: JsonObject | null;
  /** The task that is run again. */
  readonly rerun_of?: string;
}

interface Submit {
  open(draft?: SubmitDraft): void;
}

const SubmitContext = createContext<Submit>({ open: () => {} });

const SubmitDialog = lazy(() => import('./submit-dialog.tsx'));

/** The form is one for all pages; whoever has a button for it opens it. */
export function SubmitProvider({ children }: { readonly children: ReactNode }) {
  const [draft, setDraft] = useState<SubmitDraft | undefined>(undefined);
  const submit = useMemo<Submit>(() => ({ open: (wanted = {}) => setDraft(wanted) }), []);
  return (
    <SubmitContext value={submit}>
      {children}
      <Suspense>
        {draft !== undefined && <SubmitDialog draft={draft} onClose={() => setDraft(undefined)} />}
      </Suspense>
    </SubmitContext>
  );
}

export const useSubmit = (): Submit => useContext(SubmitContext);
