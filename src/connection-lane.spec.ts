import { Pool } from 'pg';
import { ConnectionLane } from './connection-lane.js';
import { NoTurnError } from './shared/turn.js';

describe('a lane of connections', () => {
  it('gives nobody a turn once the process stops, which is no failure', async () => {
    const pool = new Pool();
    const lane = new ConnectionLane(pool, 1, 1000);
    await pool.end();
    await expect(lane.connect('tenant')).rejects.toThrow(NoTurnError);
    expect(lane.figures).toMatchObject({ inUse: 0, waiting: 0 });
  });
});
