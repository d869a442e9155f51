import { useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { PageContent } from './page-content';
import { PAGES } from './pages';
import { Page } from './parts/layout';
import { Shell } from './parts/shell';
import { Empty } from './parts/states';
import { useMay } from './session/session';
import { useEvents } from './session/use-events';

/** What is seen by who is logged in. */
export function Console() {
  const [location] = useLocation();
  useEvents(useMay('webhooks:read'));
  // A new page begins at its top, for eyes and for screen readers.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <Shell>
      <Switch>
        <Route path="/">
          <Redirect to={PAGES[0]?.path ?? '/'} replace />
        </Route>
        {PAGES.map((page) => (
          <Route key={page.path} path={page.path}>
            <PageContent page={page} />
          </Route>
        ))}
        <Route>
          <Page title="Not found">
            <Empty title="There is no such page." />
          </Page>
        </Route>
      </Switch>
    </Shell>
  );
}
