import { randomBytes } from 'node:crypto';
import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { PAGE_STYLE, pagePolicy } from '../http/page.js';

const NONCE_BYTES = 16;
const WHAT = 'Self-hosted wallets and prepaid credits with automatic top-up.';
/** What there is to go to, in words and in JSON. */
const PLACES = {
  console: { path: '/console', name: 'Console', words: 'customers, wallets, top-ups' },
  documentation: { path: '/docs', name: 'API documentation', words: 'every route, to read and to try' },
  openapi: { path: '/openapi.json', name: 'OpenAPI document', words: 'the same for programs' },
  health: { path: '/health/ready', name: 'Health', words: 'whether it can serve requests' },
} as const;

/** The front door: says what this is and where to go. */
@ApiExcludeController()
@Controller()
export class FrontPageController {
  @Get()
  @Public()
  @Cost(POINTS.free)
  @Header('Cache-Control', 'no-store')
  front(@Req() request: Request, @Res({ passthrough: true }) response: Response): string | object {
    response.setHeader('Vary', 'Accept');
    if (request.accepts('html', 'json') === 'json') {
      const paths = Object.entries(PLACES).map(([place, { path }]) => [place, path]);
      return { name: 'Refill', description: WHAT, ...Object.fromEntries(paths) };
    }
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', pagePolicy(nonce));
    return frontPage(nonce);
  }
}

function frontPage(nonce: string): string {
  const links = Object.values(PLACES).map(
    ({ path, name, words }) => `<li><a href="${path}">${name}</a><span>${words}</span></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Refill</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>Refill</h1>
<p>${WHAT}</p>
<ul>
${links.join('\n')}
</ul>
</main>
</body>
</html>
`;
}

const STYLE = `${PAGE_STYLE}ul { list-style: none; margin: 1.5rem 0 0; padding: 0; }
li { border-top: 1px solid #8884; display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; padding: 12px 0; }
a { color: light-dark(#1a56db, #8ab4ff); font-weight: 600; }
a:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
`;
