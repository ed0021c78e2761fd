import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Redirect, Router, useLocation, useSearch } from 'wouter';
import { BASE_PATH } from '../api/base.ts';
import { ApiError } from '../api/request.ts';
import { LanguageProvider } from '../i18n/language.tsx';
import { LiveProvider } from '../live/live-context.tsx';
import { SessionProvider, useSession } from '../session/session.tsx';
import { SignInPage } from '../session/sign-in-page.tsx';
import { SubmitProvider } from '../submit/submit-context.tsx';
import { Pages } from './pages.tsx';
import { Shell } from './shell.tsx';
import { theme, variables } from './theme.ts';
import { useStatsFollowChanges } from './use-stats.ts';

const RETRIES_MAX = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What the server refuses it refuses again.
      retry: (failures, error) =>
        failures < RETRIES_MAX && (!(error instanceof ApiError) || error.status >= 500),
      // Whether the server can be reached is not for the browser to guess.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const colorSchemes = localStorageColorSchemeManager({ key: 'taskwire-color-scheme' });

export function App({ nonce }: { readonly nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemes}
      cssVariablesResolver={variables}
      getStyleNonce={() => nonce}
    >
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <Router base={BASE_PATH}>
            <SessionProvider>
              <Door />
            </SessionProvider>
          </Router>
        </QueryClientProvider>
      </LanguageProvider>
      <Notifications position="bottom-right" />
    </MantineProvider>
  );
}

/** The sign-in where a token is needed and none was given; else the house. */
function Door() {
  const { role, token_required } = useSession();
  const [location] = useLocation();
  const search = useSearch();
  const mayEnter = !token_required || role !== null;
  if (location === '/sign-in') {
    return mayEnter ? (
      <Redirect to={wayBack(new URLSearchParams(search).get('to'))} replace />
    ) : (
      <SignInPage />
    );
  }
  if (mayEnter) return <House />;
  const here = search === '' ? location : `${location}?${search}`;
  return <Redirect to={`/sign-in?to=${encodeURIComponent(here)}`} replace />;
}

/** Only a place of ours: an address could have been made up by somebody else. */
const wayBack = (to: string | null): string => (to !== null && /^\/(?![/\\])/.test(to) ? to : '/');

function House() {
  return (
    <LiveProvider>
      <SubmitProvider>
        <Followed />
      </SubmitProvider>
    </LiveProvider>
  );
}

function Followed() {
  useStatsFollowChanges();
  return (
    <Shell>
      <Pages />
    </Shell>
  );
}
