import { type ReactNode, useId, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { GROUPS, type PageEntry, PAGES } from '../pages';
import type { Session } from '../session/api';
import { changeEnvironment, logOut, useSession } from '../session/session';
import { Badge } from './badge';
import { FindBox } from './find-box';
import { sentenceOf } from './states';
import { useTell } from './status';
import { ThemeSelect } from './theme-select';

/** Around every page: where one can go, where one is, who one is. On a phone behind a button. */
export function Shell({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  // Whoever has gone somewhere has used the menu.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === location;
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="side" data-open={isOpen}>
        <div className="side-head">
          <Link href="/" className="brand">
            Refill
          </Link>
          <button
            type="button"
            className="menu"
            aria-expanded={isOpen}
            onClick={() => setOpenAt(isOpen ? null : location)}
          >
            Menu
          </button>
          <FindBox />
        </div>
        <div className="side-body">
          <EnvironmentSelect />
          <Navigation location={location} />
          <Account />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Navigation({ location }: { location: string }) {
  const { scopes } = useSession();
  const entries = PAGES.filter(({ nav, scope }) => nav !== undefined && (!scope || scopes.includes(scope as never)));
  return (
    <nav aria-label="Pages">
      {GROUPS.map((group) => (
        <NavigationGroup
          key={group}
          title={group}
          entries={entries.filter((entry) => (entry.group ?? GROUPS[0]) === group)}
          location={location}
        />
      ))}
    </nav>
  );
}

function NavigationGroup({ title, entries, location }: { title: string; entries: PageEntry[]; location: string }) {
  const id = useId();
  if (entries.length === 0) return null;
  return (
    <div className="nav-group">
      <span id={id} className="nav-title">
        {title}
      </span>
      <ul aria-labelledby={id}>
        {entries.map(({ path, nav }) => (
          <li key={path}>
            <Link href={path} aria-current={location === path || location.startsWith(`${path}/`) ? 'page' : undefined}>
              {nav}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function EnvironmentSelect() {
  const { tenant, environment, environments } = useSession();
  const tell = useTell();
  const [, go] = useLocation();
  const change = async (id: string) => {
    try {
      await changeEnvironment(id);
      // What was on the screen is not in the other one.
      go('/');
    } catch (error) {
      tell(sentenceOf(error), 'bad');
    }
  };
  return (
    <div className="environment">
      <span className="tenant">{tenant.name}</span>
      {environments.length > 1 ? (
        <select aria-label="Environment" value={environment.id} onChange={(event) => void change(event.target.value)}>
          {environments.toSorted(byName).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <span>{environment.name}</span>
      )}
      {environment.type === 'development' && <Badge tone="warn">no real money</Badge>}
    </div>
  );
}

function Account() {
  const { user, key } = useSession();
  const tell = useTell();
  const leave = async () => {
    try {
      await logOut();
    } catch (error) {
      tell(sentenceOf(error), 'bad');
    }
  };
  return (
    <div className="account">
      <ThemeSelect />
      <div className="who">
        <Link href="/account" className="who-name">
          {user ? user.name || user.email : key.name}
        </Link>
        <span className="muted">{user ? user.role.replaceAll('_', ' ') : 'server key'}</span>
      </div>
      <button type="button" onClick={() => void leave()}>
        Log out
      </button>
    </div>
  );
}

function byName(one: Session['environment'], other: Session['environment']): number {
  return one.name.localeCompare(other.name);
}
