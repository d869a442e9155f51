import { Link, useLocation } from 'wouter';

/** Pages that belong together: links, so each has an address. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly (readonly [path: string, words: string])[] }) {
  const [location] = useLocation();
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(([path, words]) => (
        <Link key={path} href={path} aria-current={location === path ? 'page' : undefined}>
          {words}
        </Link>
      ))}
    </nav>
  );
}
