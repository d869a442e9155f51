import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { constantHeaders } from './constant-headers.js';

describe('headers that every answer has', () => {
  const answer = () => new ServerResponse(new IncomingMessage(new Socket()));

  it('are those that the middleware sets, in its order, and it is asked once', () => {
    let asked = 0;
    const set = helmet();
    const middleware = constantHeaders((request, response, next) => {
      asked += 1;
      set(request, response, next);
    });
    const expected = answer();
    set(expected.req, expected, () => undefined);
    for (let time = 0; time < 2; time += 1) {
      const response = answer();
      let isDone = false;
      middleware(response.req as Request, response as Response, () => (isDone = true));
      expect(response.getHeaders()).toEqual(expected.getHeaders());
      expect(response.getHeaderNames()).toEqual(expected.getHeaderNames());
      expect(isDone).toBe(true);
    }
    expect(asked).toBe(1);
  });
});
