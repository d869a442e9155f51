import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Form, TextField } from '../parts/form';
import { ThemeSelect } from '../parts/theme-select';
import { logIn } from './session';

/** Lets somebody in by e-mail and password, or by a server key. Neither stays in the page. */
export function LoginPage() {
  const [isByKey, setByKey] = useState(false);
  useEffect(() => {
    document.title = 'Log in · Refill';
  }, []);
  return (
    <main className="login">
      <h1>Refill</h1>
      <p className="muted">Wallets, credits and automatic top-up.</p>
      {isByKey ? <ByKey /> : <ByEmail />}
      <button type="button" className="quiet" onClick={() => setByKey(!isByKey)}>
        {isByKey ? 'Log in by e-mail' : 'Log in with a server key'}
      </button>
      <ThemeSelect />
    </main>
  );
}

function ByEmail() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const entering = useMutation({ mutationFn: () => logIn({ email, password }) });
  return (
    <Form error={entering.error} fields={['email', 'password']} onSubmit={() => entering.mutate()}>
      <TextField
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <button className="primary wide" disabled={entering.isPending}>
        {entering.isPending ? 'One moment…' : 'Log in'}
      </button>
    </Form>
  );
}

function ByKey() {
  const [key, setKey] = useState('');
  const entering = useMutation({ mutationFn: () => logIn({ key: key.trim() }) });
  return (
    <Form error={entering.error} fields={['key']} onSubmit={() => entering.mutate()}>
      <TextField
        name="key"
        label="Server key"
        hint="sk_…: what you do here is written down under its name."
        type="password"
        autoComplete="off"
        value={key}
        onChange={setKey}
      />
      <button className="primary wide" disabled={entering.isPending}>
        {entering.isPending ? 'One moment…' : 'Log in'}
      </button>
    </Form>
  );
}
