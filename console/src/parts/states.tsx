import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { NoAnswer, RefillError } from '../session/api';

/** What went wrong, in the service's own sentence, with the id that its log has. */
export function ErrorBox({ error, retry }: { error: unknown; retry?: () => unknown }) {
  if (error == null) return null;
  return (
    <div role="alert" className="error-box">
      <p>{sentenceOf(error)}</p>
      {error instanceof RefillError && error.requestId !== '' && <p className="muted">Request {error.requestId}</p>}
      {retry && (
        <button type="button" onClick={() => void retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

export function sentenceOf(error: unknown): string {
  if (error instanceof NoAnswer) return 'No answer came. Check the connection, then try again: nothing happens twice.';
  const { message } = error as Error;
  return message === '' ? 'Something went wrong.' : `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
}

/** Nothing there, and what to do about it. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <div className="empty-title">{title}</div>
      {children}
    </div>
  );
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <p className="loading" role="status">
      {what}…
    </p>
  );
}

/** What a query found, or that it is still looking, or why it found nothing. */
export function Found<Data>({ query, children }: { query: UseQueryResult<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorBox error={query.error} retry={query.refetch} />;
  return <Loading />;
}
