import type { ReactNode } from 'react';
import { Card } from '../../parts/layout';

/** A chart with its heading, one of several beside each other. */
export function TitledChart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <h3>{title}</h3>
      {children}
    </Card>
  );
}
