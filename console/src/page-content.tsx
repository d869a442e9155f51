import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { matchRoute, useLocation, useRouter } from 'wouter';
import { PAGES, type PageEntry } from './pages';
import { ErrorBox, Loading } from './parts/states';
import { queries } from './session/queries';

const FAILED = new Error(
  'This page could not be loaded. The service may have been replaced, or the connection is gone.',
);

/**
 * A page's code is read like everything else, not by `Suspense`: that shows nothing for 0.3 s once something was not there
 * at once, and a page whose code is gone since the service was replaced would leave the screen empty.
 */
function codeOf({ path, load }: PageEntry) {
  return { queryKey: ['page', path], queryFn: load, staleTime: Infinity, gcTime: Infinity };
}

export function PageContent({ page }: { page: PageEntry }) {
  const { data, error } = useQuery(codeOf(page));
  if (data) return <data.default />;
  return error ? <ErrorBox error={FAILED} retry={() => location.reload()} /> : <Loading />;
}

/** Begins to load the page of the address before it is known who is logged in. */
export function usePageAhead(): void {
  const { parser } = useRouter();
  const [path] = useLocation();
  useEffect(() => {
    const page = PAGES.find((one) => matchRoute(parser, one.path, path)[0]);
    if (page) void queries.prefetchQuery(codeOf(page));
  }, [parser, path]);
}
