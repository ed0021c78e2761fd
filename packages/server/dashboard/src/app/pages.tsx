import { Button } from '@mantine/core';
import { IconBug, IconMapOff } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useMessages } from '../i18n/language.tsx';
import { TaskPage } from '../task/task-page.tsx';
import { TasksPage } from '../tasks/tasks-page.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Waiting } from '../ui/states.tsx';
import { ErrorBoundary } from './error-boundary.tsx';

// Charts are the largest part; who comes for one task does not wait for them.
const OverviewPage = lazy(() => import('../overview/overview-page.tsx'));
const WorkersPage = lazy(() => import('../workers/workers-page.tsx'));
const PublishersPage = lazy(() => import('../publishers/publishers-page.tsx'));
const DeadLettersPage = lazy(() => import('../dead-letters/dead-letters-page.tsx'));
const DeadLetterPage = lazy(() => import('../dead-letters/dead-letter-page.tsx'));
const HealthPage = lazy(() => import('../health/health-page.tsx'));
const AuditPage = lazy(() => import('../audit/audit-page.tsx'));

export function Pages() {
  const [location] = useLocation();
  return (
    <ErrorBoundary key={location} fallback={(error) => <Stumbled error={error} />}>
      <Suspense fallback={<Waiting rows={8} />}>
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/tasks" component={TasksPage} />
          <Route path="/tasks/:id" component={TaskPage} />
          <Route path="/workers" component={WorkersPage} />
          <Route path="/publishers" component={PublishersPage} />
          <Route path="/dead-letters" component={DeadLettersPage} />
          <Route path="/dead-letters/:id">{({ id }) => <DeadLetterPage id={id} />}</Route>
          <Route path="/health" component={HealthPage} />
          <Route path="/audit" component={AuditPage} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

function NotFound() {
  const { common } = useMessages();
  return (
    <Page title={common.notFound}>
      <Empty
        title={common.notFound}
        detail={common.notFoundDetail}
        icon={<IconMapOff size={26} stroke={1.5} />}
      >
        <Link to="/">{common.toOverview}</Link>
      </Empty>
    </Page>
  );
}

function Stumbled({ error }: { readonly error: Error }) {
  const { common } = useMessages();
  return (
    <Page title={common.crashed}>
      <Empty title={common.crashedDetail} detail={error.message} icon={<IconBug size={26} stroke={1.5} />}>
        <Button variant="default" onClick={() => location.reload()}>
          {common.reload}
        </Button>
      </Empty>
    </Page>
  );
}
