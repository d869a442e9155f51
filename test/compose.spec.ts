import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Service {
  image?: string;
  environment: Record<string, string>;
  secrets: string[];
  ports?: string[];
  read_only?: boolean;
  security_opt: string[];
  cap_drop: string[];
  restart: string;
  stop_grace_period?: string;
}
type Name = 'postgres' | 'roles' | 'refill';

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text) as { services: Record<Name, Service>; secrets: Record<string, { file: string }> };
const dockerfile = readFileSync('Dockerfile', 'utf8');
const { refill } = compose.services;

/** What the service reads, as .env.example lists it: config.spec holds that list against config.ts. */
const settings = [...readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => String(name));
const inImage =
  /^ENV (.*)$/m
    .exec(dockerfile)?.[1]
    ?.split(' ')
    .map((pair) => pair.split('=')[0] as string) ?? [];
/** Only tests need them, or the service has no reason to write: production refuses to start with them. */
const NOT_FOR_OPERATORS = ['ALLOW_UNSAFE_DATABASE', 'LEDGER_CLOCK', 'STRIPE_API_BASE'];

describe('docker-compose.yml', () => {
  it('passes every setting that an operator may change, and none that is unknown', () => {
    const passed = Object.keys(refill.environment).map((name) => name.replace(/_FILE$/, ''));
    expect(passed.filter((name) => !settings.includes(name))).toEqual([]);
    const missing = settings.filter((name) => ![...passed, ...inImage, ...NOT_FOR_OPERATORS].includes(name));
    expect(missing).toEqual([]);
  });

  it('leaves what is not set to the defaults, and is production unless it is told otherwise', () => {
    const { NODE_ENV: mode, ...others } = refill.environment;
    expect(mode).toBe('${NODE_ENV:-production}');
    for (const [name, value] of Object.entries(others)) {
      if (value.includes('$')) expect(value).toBe(`\${${name}-}`);
    }
  });

  it('knows secrets as files only, each for whom it is', () => {
    const secret = /PASSWORD|KEY/;
    for (const { environment, secrets } of Object.values(compose.services)) {
      const files = Object.entries(environment).filter(([name]) => secret.test(name));
      for (const [name, value] of files)
        expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.any(String)]);
      const named = files.map(([, file]) => file.replace('/run/secrets/', ''));
      expect(named.filter((name) => !secrets.includes(name))).toEqual([]);
      expect(secrets.filter((name) => compose.secrets[name] === undefined)).toEqual([]);
    }
    expect(text).not.toMatch(/:\/\/[^@\s]*:[^@\s]*@/);
    expect(readFileSync('.gitignore', 'utf8')).toContain('\nsecrets/\n');
    expect(readFileSync('.dockerignore', 'utf8').startsWith('*\n')).toBe(true);
  });

  it('runs the service with as little as it needs, on this machine only', () => {
    expect(refill.ports).toEqual(['${PUBLISH_ADDRESS:-127.0.0.1}:${PORT:-3000}:3000']);
    for (const service of Object.values(compose.services)) {
      expect(service).toMatchObject({ security_opt: ['no-new-privileges:true'], cap_drop: ['ALL'] });
    }
    expect(refill).toMatchObject({ read_only: true, restart: 'unless-stopped', stop_grace_period: '20s' });
    expect(new URL(refill.environment['DATABASE_URL'] as string).username).toBe('refill_service');
  });
});

describe('the Dockerfile', () => {
  it('runs Node.js itself, the pinned one, as somebody who owns nothing', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: { node: string } };
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual(Array(2).fill(`node:${dependencies.node}-bookworm-slim`));
    const lines = dockerfile.split('\n');
    expect(lines.filter((line) => line.startsWith('CMD'))).toEqual([
      expect.stringMatching(/^CMD \["node", .*"dist\/main.js"\]$/),
    ]);
    expect(lines.filter((line) => line.startsWith('USER')).at(-1)).toBe('USER node');
    expect(dockerfile).not.toContain('--chown');
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node"/m);
  });

  it('is given what it copies by .dockerignore', () => {
    const given = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files]) =>
      String(files).split(' '),
    );
    expect(copied.map((file) => `!${file}`).sort()).toEqual(given.sort());
  });
});

describe('docker-compose.citus.yml', () => {
  const citusText = readFileSync('docker-compose.citus.yml', 'utf8');
  type Node = Partial<Service> & { healthcheck?: { test: string[] }; volumes?: string[]; depends_on?: object };
  const citus = parse(citusText, { merge: true }) as {
    services: Record<string, Node>;
    secrets: Record<string, { file: string }>;
    volumes: Record<string, null>;
  };
  const { postgres, 'worker-1': first, 'worker-2': second, roles } = citus.services;

  it('has a coordinator and two workers of one pinned image, each with data of its own', () => {
    const images = Object.values(citus.services).map(({ image }) => image);
    expect(new Set(images)).toEqual(new Set([expect.stringMatching(/^citusdata\/citus:\d+\.\d+\.\d+$/)]));
    expect([first?.volumes, second?.volumes].flat()).toEqual([
      'worker-1:/var/lib/postgresql/data',
      'worker-2:/var/lib/postgresql/data',
    ]);
    expect(Object.keys(citus.volumes)).toEqual(['worker-1', 'worker-2']);
    expect(postgres?.volumes).toBeUndefined();
  });

  it('runs nodes with as little as those of docker-compose.yml, and waits until they answer', () => {
    for (const node of [postgres, first, second]) {
      expect(node).toMatchObject({ security_opt: ['no-new-privileges:true'], cap_drop: ['ALL'] });
      expect(node?.healthcheck?.test).toEqual(['CMD', 'pg_isready', '--username=refill', '--dbname=refill']);
      expect(node?.ports).toBeUndefined();
    }
    expect(Object.keys(roles?.depends_on ?? {})).toEqual(['worker-1', 'worker-2']);
  });

  it('knows secrets as files only', () => {
    for (const { environment = {}, secrets = [] } of Object.values(citus.services)) {
      const files = Object.entries(environment).filter(([name]) => /PASSWORD|KEY/.test(name));
      for (const [name, file] of files) {
        expect(name).toMatch(/_FILE$/);
        expect(secrets).toContain(file.replace('/run/secrets/', ''));
      }
    }
    const known = { ...compose.secrets, ...citus.secrets };
    expect(Object.values(citus.services).flatMap(({ secrets = [] }) => secrets.filter((name) => !known[name]))).toEqual(
      [],
    );
    expect(citusText).not.toMatch(/:\/\/[^@\s]*:[^@\s]*@/);
  });
});
