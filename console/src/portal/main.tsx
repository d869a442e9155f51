import '../styles/index.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { StatusRegion } from '../parts/status';
import { queries } from '../session/queries';
import { chosenTheme, showTheme } from '../session/theme';
import { Portal } from './portal';

showTheme(chosenTheme());
createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <StatusRegion>
        <Portal />
      </StatusRegion>
    </QueryClientProvider>
  </StrictMode>,
);
