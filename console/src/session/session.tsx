import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { api, dataOf, RefillError, type Session, showEnvironment } from './api';
import { keep, kept } from './kept';
import { forgetAllRead, forgetSession, queries, SESSION } from './queries';

const SessionContext = createContext<Session | null>(null);

/** Who is logged in. Only for what is inside `SessionGate`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('nobody is logged in here');
  return session;
}

/** Whether whoever is logged in may do it; what they may not is not offered. The service decides all the same. */
export function useMay(scope: string): boolean {
  return useSession().scopes.includes(scope);
}

/** Shows its children to who is logged in, and `login` to everybody else. */
export function SessionGate({ children, login }: { children: ReactNode; login: ReactNode }) {
  const { data: session, isPending } = useQuery({ queryKey: SESSION, queryFn: readSession, staleTime: Infinity });
  if (isPending) return null;
  if (!session) return login;
  return (
    <SessionContext value={session} key={session.environment.id}>
      {children}
    </SessionContext>
  );
}

/** @param who an e-mail address with its password, or a server key */
export async function logIn(who: { email: string; password: string } | { key: string }): Promise<void> {
  await api.POST('/v1/session', { body: who });
  keep('logged-in', 'yes');
  await queries.invalidateQueries({ queryKey: SESSION });
}

export async function logOut(): Promise<void> {
  await api.DELETE('/v1/session');
  forgetSession();
}

/** Everything on the screen is of the other environment from then on. */
export async function changeEnvironment(id: string): Promise<void> {
  await api.PUT('/v1/session/environment', { body: { environment_id: id } });
  await queries.invalidateQueries({ queryKey: SESSION });
}

async function readSession(): Promise<Session | null> {
  // Nobody has logged in here: asking would be an error in the browser's log.
  if (kept('logged-in') === null) return null;
  try {
    const session = await dataOf(api.GET('/v1/session'));
    // Before anything of it is shown: what was read in another environment is not in this one.
    if (showEnvironment(session.environment.id)) forgetAllRead();
    return session;
  } catch (error) {
    if (!(error instanceof RefillError) || error.status !== 401) throw error;
    keep('logged-in', null);
    return null;
  }
}
