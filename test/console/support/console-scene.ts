import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { ApiClient } from '../../support/api-client.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { PASSWORD, TenantUsersScene, type TestUser } from '../../support/tenant-users.js';
import { launchBrowser } from '../../support/browser.js';
import { Visit } from './browser-session.js';

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const BUILT = here('dist/console/index.html');
const SOURCES = ['console', 'client/src', 'scripts/build-console.js'];

/** What the flows are tried on: a service, its pages, a browser, a tenant with people in it. */
export class ConsoleScene {
  private constructor(
    readonly service: TestApp,
    readonly browser: Browser,
    readonly users: TenantUsersScene,
    /** Who owns the tenant; their password is `PASSWORD`. */
    readonly owner: TestUser,
    /** As the owner, in the environment that they log in to: for what a flow needs to be there. */
    readonly client: ApiClient,
  ) {}

  static async start(): Promise<ConsoleScene> {
    buildPages();
    const [service, browser] = await Promise.all([startTestApp(), launchBrowser()]);
    const users = await TenantUsersScene.create(service);
    const owner = await users.user('owner', 'development');
    return new ConsoleScene(service, browser, users, owner, owner.client);
  }

  /** Somebody who has just opened a browser. */
  async visit(): Promise<Visit> {
    return Visit.begin(this.browser, this.service.url);
  }

  /** Somebody who has logged in, on the page of a path below `/console`. */
  async visitAs(user: TestUser, path = ''): Promise<Visit> {
    const visit = await this.visit();
    await visit.open('/console');
    await visit.page.getByLabel('E-mail address').fill(user.email);
    await visit.page.getByLabel('Password').fill(PASSWORD);
    await visit.page.getByRole('button', { name: 'Log in', exact: true }).click();
    await visit.page.getByRole('button', { name: 'Log out' }).waitFor();
    if (path !== '') await visit.open(`/console${path}`);
    return visit;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.service.close();
  }
}

/** Two seconds, where a source is newer than what it was built to. */
function buildPages(): void {
  const newest = Math.max(...SOURCES.map((path) => changedAt(here(path))));
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > newest) return;
  const { status, stderr } = spawnSync(process.execPath, [here('scripts/build-console.js')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the pages were not built: ${stderr}`);
}

function changedAt(path: string): number {
  const stat = statSync(path);
  const inside = stat.isDirectory() ? readdirSync(path).map((name) => changedAt(`${path}/${name}`)) : [];
  return Math.max(stat.mtimeMs, ...inside);
}
