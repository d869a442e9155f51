/* oxlint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- a table that is laid out as blocks is none to a screen reader, unless its roles are said */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { Empty, ErrorBox, Loading } from './states';

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand under numbers. */
  align?: 'end';
}

interface Page<Row> {
  items: Row[];
  pagination: { total: number; limit: number; offset: number };
}

/** Which page of a list: kept in the address, so that it can be linked to and gone back to. */
export interface Paging {
  limit: number;
  offset: number;
  go: (offset: number) => void;
}

const PAGE_SIZE = 25;

/** @param name of the parameter, where a page has several lists */
export function usePaging(limit = PAGE_SIZE, name = 'offset'): Paging {
  const [params, setParams] = useSearchParams();
  const offset = Math.max(0, Math.trunc(Number(params.get(name) ?? 0)) || 0);
  const go = (next: number) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (next === 0) after.delete(name);
      else after.set(name, String(next));
      return after;
    });
  return { limit, offset, go };
}

interface DataTableProps<Row> {
  /** What the rows are: read out, and not seen. */
  caption: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  query: UseQueryResult<Page<Row>>;
  /** Left out where all rows are on one page. */
  paging?: Paging;
  /** Where there are none. */
  empty: ReactNode;
}

/** A list of the API, a page at a time. */
export function DataTable<Row>({ caption, columns, rowKey, query, paging, empty }: DataTableProps<Row>) {
  const { data, error, refetch } = query;
  if (error && !data) return <ErrorBox error={error} retry={refetch} />;
  if (!data) return <Loading />;
  if (data.items.length === 0 && !paging?.offset) return typeof empty === 'string' ? <Empty title={empty} /> : empty;
  return (
    <>
      <PlainTable
        caption={caption}
        columns={columns}
        rowKey={rowKey}
        rows={data.items}
        isBusy={query.isPlaceholderData}
      />
      {paging && <Pager of={caption} paging={paging} shown={data.items.length} total={data.pagination.total} />}
    </>
  );
}

interface TableProps<Row> extends Pick<DataTableProps<Row>, 'caption' | 'columns' | 'rowKey'> {
  rows: readonly Row[];
  isBusy?: boolean;
}

/** Rows that are there already, such as those of one answer. The roles are said since a narrow screen shows each as a block. */
export function PlainTable<Row>({ caption, columns, rowKey, rows, isBusy = false }: TableProps<Row>) {
  return (
    <table role="table" className="data-table" aria-busy={isBusy}>
      <caption className="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, align }) => (
            <th key={head} role="columnheader" scope="col" className={align && 'end'}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map(({ head, cell, align }) => (
              <td key={head} role="cell" data-head={head} className={align && 'end'}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Below a list: which rows are shown, and the way to the others. */
export function Pager({ of, paging, shown, total }: { of: string; paging: Paging; shown: number; total: number }) {
  const { limit, offset, go } = paging;
  if (offset === 0 && shown >= total) return null;
  return (
    <nav className="pager" aria-label={`Pages of ${of}`}>
      <span className="muted">
        {shown === 0 ? 0 : offset + 1}–{offset + shown} of {total}
      </span>
      <button type="button" disabled={offset === 0} onClick={() => go(Math.max(0, offset - limit))}>
        Previous
      </button>
      <button type="button" disabled={offset + shown >= total} onClick={() => go(offset + limit)}>
        Next
      </button>
    </nav>
  );
}
