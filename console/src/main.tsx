import './styles/index.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { Console } from './console';
import { usePageAhead } from './page-content';
import { StatusRegion } from './parts/status';
import { LoginPage } from './session/login-page';
import { queries } from './session/queries';
import { SessionGate } from './session/session';
import { chosenTheme, showTheme } from './session/theme';

function Entrance() {
  usePageAhead();
  return (
    <SessionGate login={<LoginPage />}>
      <Console />
    </SessionGate>
  );
}

showTheme(chosenTheme());
createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <StatusRegion>
        <Router base="/console">
          <Entrance />
        </Router>
      </StatusRegion>
    </QueryClientProvider>
  </StrictMode>,
);
