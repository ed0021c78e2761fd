import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { ApiError, get } from '../api/request.ts';
import type { Session } from '../api/session.ts';

const SESSION_KEY = ['session'] as const;
const SESSION_PATH = 'api/v1/session';

const SessionContext = createContext<Session>({ role: null, token_required: false });

/** Where the server knows no sessions, everybody who reaches it may do everything. */
async function readSession(): Promise<Session> {
  try {
    return await get<Session>(SESSION_PATH);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { role: 'operator', token_required: false };
    throw error;
  }
}

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const { data, isPending } = useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 });
  useEffect(
    () =>
      // A token that was taken back, or a cookie that ran out: anything may be the first to notice.
      queries.getQueryCache().subscribe(({ type, query }) => {
        const isRefused = query.state.error instanceof ApiError && query.state.error.status === 401;
        if (type === 'updated' && isRefused && query.queryKey[0] !== 'session') {
          void queries.invalidateQueries({ queryKey: SESSION_KEY });
        }
      }),
    [queries],
  );
  // A moment of nothing is better than a page of refusals before the sign-in.
  if (isPending) return null;
  return <SessionContext value={data ?? { role: null, token_required: false }}>{children}</SessionContext>;
}

export const useSession = (): Session => useContext(SessionContext);

/** Whether the person may change something. */
export const useIsOperator = (): boolean => useSession().role === 'operator';

export const sessionKey = SESSION_KEY;
export const sessionPath = SESSION_PATH;
