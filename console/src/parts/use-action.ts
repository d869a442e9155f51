import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { newKey, RefillError } from '../session/api';
import { noticeRefusal, queries } from '../session/queries';
import { useTell } from './status';

interface Action<Input, Result> {
  /** @param key goes with the request as `idempotency_key` or header `Idempotency-Key`: the same one over all tries of unknown outcome */
  run: (input: Input, key: string) => Promise<Result>;
  /** First words of the queries that are not true any more: `['wallets']`. */
  touches: readonly string[];
  /** What to say when it is done. */
  done: string | ((result: Result) => string);
  /** Such as closing the dialog. */
  onDone?: (result: Result) => void;
}

/**
 * Something that changes something. However often it is tried after no answer, it happens once: the key of the first try is
 * kept until there is a certain one.
 */
export function useAction<Result, Input = void>({ run, touches, done, onDone }: Action<Input, Result>) {
  const tell = useTell();
  const key = useRef<string | null>(null);
  return useMutation<Result, Error, Input>({
    mutationFn: (input) => run(input, (key.current ??= newKey())),
    onError: (error) => {
      noticeRefusal(error);
      // Refused for certain: what is tried next is another thing, and has another key.
      if (error instanceof RefillError && error.status < 500) key.current = null;
    },
    onSuccess: (result) => {
      key.current = null;
      for (const about of touches) void queries.invalidateQueries({ queryKey: [about] });
      tell(typeof done === 'string' ? done : done(result));
      onDone?.(result);
    },
  });
}
