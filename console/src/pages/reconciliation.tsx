import { Page } from '../parts/layout';
import { Differences } from './reconciliation/differences';
import { Runs } from './reconciliation/runs';

/** Where the providers' books and the ledger differ, and when they were compared. */
export default function ReconciliationPage() {
  return (
    <Page title="Reconciliation">
      <Differences />
      <Runs />
    </Page>
  );
}
