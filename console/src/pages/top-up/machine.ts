import type { State } from './course';

/** Where a state stands in the drawing: which step of a purchase it belongs to, and how far below the straight way. */
export interface Place {
  column: number;
  row: number;
}

export interface Machine {
  columns: readonly string[];
  rows: number;
  places: Readonly<Partial<Record<State, Place>>>;
  /** What may follow what. */
  ways: readonly (readonly [State, State])[];
}

/** Charged to a card: the straight way is the first row. */
export const CHARGED: Machine = {
  columns: ['Decide', 'Record', 'Authorize', 'Charge', 'Settle'],
  rows: 5,
  places: {
    decided: { column: 0, row: 0 },
    created: { column: 1, row: 0 },
    allowed: { column: 2, row: 0 },
    charging: { column: 3, row: 0 },
    succeeded: { column: 4, row: 0 },
    retry_wait: { column: 2, row: 1 },
    processing: { column: 3, row: 1 },
    failed: { column: 4, row: 1 },
    requires_action: { column: 2, row: 2 },
    unknown: { column: 3, row: 2 },
    canceled: { column: 4, row: 2 },
    canceling: { column: 3, row: 3 },
    refund_due: { column: 4, row: 3 },
    refunded: { column: 4, row: 4 },
  },
  ways: [
    ['decided', 'created'],
    ['created', 'allowed'],
    ['allowed', 'charging'],
    ['charging', 'succeeded'],
    ['charging', 'processing'],
    ['charging', 'failed'],
    ['charging', 'retry_wait'],
    ['retry_wait', 'allowed'],
    ['charging', 'requires_action'],
    ['processing', 'succeeded'],
    ['processing', 'unknown'],
    ['unknown', 'failed'],
    ['requires_action', 'canceling'],
    ['canceling', 'canceled'],
    ['refund_due', 'refunded'],
  ],
};

/** Paid by invoice: nothing is charged here. */
export const INVOICED: Machine = {
  columns: ['Decide', 'Record', 'Authorize', 'Settle'],
  rows: 2,
  places: {
    decided: { column: 0, row: 0 },
    awaiting_payment: { column: 1, row: 0 },
    overdue: { column: 2, row: 1 },
    succeeded: { column: 3, row: 0 },
    canceled: { column: 3, row: 1 },
    refunded: { column: 2, row: 0 },
  },
  ways: [
    ['decided', 'awaiting_payment'],
    ['awaiting_payment', 'succeeded'],
    ['awaiting_payment', 'overdue'],
    ['overdue', 'succeeded'],
    ['overdue', 'canceled'],
  ],
};

export const NODE = { width: 150, height: 46 } as const;
const GAP = { x: 44, y: 26 } as const;
const HEAD = 34;

export function cornerOf({ column, row }: Place): { x: number; y: number } {
  return { x: column * (NODE.width + GAP.x) + 2, y: HEAD + row * (NODE.height + GAP.y) };
}

export function sizeOf({ columns, rows }: Machine): { width: number; height: number } {
  const { x, y } = cornerOf({ column: columns.length - 1, row: rows - 1 });
  return { width: x + NODE.width + 2, height: y + NODE.height + 4 };
}

/** The line from one state to another, as the path of an SVG. */
export function lineOf(from: Place, to: Place): string {
  const [a, b] = [cornerOf(from), cornerOf(to)];
  const [middleA, middleB] = [a.y + NODE.height / 2, b.y + NODE.height / 2];
  if (to.column > from.column) return curve(a.x + NODE.width, middleA, b.x, middleB);
  if (to.column < from.column) return curve(a.x, middleA + 12, b.x + NODE.width, middleB);
  const x = a.x + NODE.width / 2;
  if (to.row === from.row + 1) return `M ${x} ${a.y + NODE.height} L ${x} ${b.y}`;
  if (to.row === from.row - 1) return `M ${x} ${a.y} L ${x} ${b.y + NODE.height}`;
  // Around what stands between.
  const [side, out] = [a.x + NODE.width, a.x + NODE.width + GAP.x / 2];
  return `M ${side} ${middleA} C ${out} ${middleA} ${out} ${middleB} ${side} ${middleB}`;
}

function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) / 2;
  return `M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
