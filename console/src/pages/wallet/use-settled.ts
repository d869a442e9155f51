import { useEffect, useState } from 'react';

/** What was typed, once nothing more has been for a moment. */
export function useSettled(value: string, ms = 350): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
