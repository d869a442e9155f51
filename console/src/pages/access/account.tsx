import { useState } from 'react';
import { Copyable } from '../../parts/copy';
import { Form, TextField } from '../../parts/form';
import { Instant } from '../../parts/instant';
import { Card, Definitions, Page, Section } from '../../parts/layout';
import { useTell } from '../../parts/status';
import { sentenceOf } from '../../parts/states';
import { faultAt } from '../../parts/typed';
import { useAction } from '../../parts/use-action';
import { api, dataOf } from '../../session/api';
import { logOut, useSession } from '../../session/session';
import { capital } from '../../parts/words';
import { roleName } from './role-words';
import { scopesInWords, type Scope } from './scope-words';

/** Who is logged in, until when; their password. */
export default function AccountPage() {
  const { user, key, scopes, expires_at } = useSession();
  const tell = useTell();
  const leave = () => logOut().catch((error: unknown) => tell(sentenceOf(error), 'bad'));
  return (
    <Page
      title="My account"
      actions={
        <button type="button" onClick={() => void leave()}>
          Log out of this browser
        </button>
      }
    >
      <Card>
        <Definitions
          of={
            user
              ? [
                  ['E-mail address', user.email],
                  ['Name', user.name || null],
                  ['Role', roleName(user.role)],
                  ['Logged in until', <Instant key="until" at={expires_at} />],
                ]
              : [
                  ['Logged in with the key', key.name],
                  ['Its id', <Copyable key="id" text={key.id} />],
                  ['Logged in until', <Instant key="until" at={expires_at} />],
                ]
          }
        />
      </Card>
      <Section title="What you may do">
        <p>{capital(scopesInWords(scopes as Scope[]))}.</p>
      </Section>
      {user && (
        <Section title="Password">
          <Card>
            <ChangePassword email={user.email} />
          </Card>
        </Section>
      )}
    </Page>
  );
}

const EMPTY = { current: '', next: '', again: '' };

function ChangePassword({ email }: { email: string }) {
  const [draft, setDraft] = useState(EMPTY);
  const change = (changes: Partial<typeof EMPTY>) => setDraft((before) => ({ ...before, ...changes }));
  const changing = useAction({
    run: async () => {
      if (draft.next !== draft.again) throw faultAt('again', 'is not the same as the new password');
      const body = { current_password: draft.current, new_password: draft.next };
      return dataOf(api.POST('/v1/users/me/password', { body }));
    },
    touches: ['audit'],
    done: ({ tokens_ended }) => `Changed your password. Other log-ins of yours that ended: ${tokens_ended}`,
    onDone: () => setDraft(EMPTY),
  });
  return (
    <Form
      error={changing.error}
      fields={['current_password', 'new_password', 'again']}
      onSubmit={() => changing.mutate()}
    >
      {/* For password managers: whose it is. */}
      <input className="unseen" type="email" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden />
      <div className="narrow">
        <TextField
          name="current_password"
          label="Your password now"
          type="password"
          autoComplete="current-password"
          value={draft.current}
          onChange={(current) => change({ current })}
        />
        <TextField
          name="new_password"
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="Eight characters or more; a sentence is best. All your other log-ins end."
          value={draft.next}
          onChange={(next) => change({ next })}
        />
        <TextField
          name="again"
          label="New password again"
          type="password"
          autoComplete="new-password"
          value={draft.again}
          onChange={(again) => change({ again })}
        />
        <button className="primary" disabled={changing.isPending}>
          {changing.isPending ? 'One moment…' : 'Change password'}
        </button>
      </div>
    </Form>
  );
}
